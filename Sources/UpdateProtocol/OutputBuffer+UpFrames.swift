public import Bytes

// The encoders of the frames up, for workers. Each frame takes the next sequence number, which the caller counts; a run
// takes one an entry. Notes, names and failure texts longer than their limit are cut at a character's boundary.

extension OutputBuffer {
    /// Appends the first frame up. `firstSequence` is 1 to ``UpdateLimits/maximumFirstSequence``.
    public mutating func appendHello(
        producer: some EncodableText = StaticString(""),
        epoch: UInt64 = 0,
        firstSequence: UInt64 = 1,
        isForResults: Bool = false
    ) {
        let flags: UInt64 = isForResults ? 1 : 0
        unsafe producer.withClippedBytes(UpdateLimits.maximumProducer) { producer in
            let length =
                unsafe encodedSize(UpdateLimits.majorVersion) + encodedSize(UpdateLimits.minorVersion)
                + encodedSize(flags) + encodedSize(text: producer) + encodedSize(epoch) + encodedSize(firstSequence)
            appendHeading(FrameType.hello, length: length)
            append(variable: UInt64(UpdateLimits.majorVersion))
            append(variable: UInt64(UpdateLimits.minorVersion))
            append(variable: flags)
            unsafe append(text: producer)
            append(variable: epoch)
            append(variable: firstSequence)
        }
    }

    /// Appends the start of an attempt; 0 stands for the one that the handle is bound to, here and below.
    public mutating func appendStart(handle: UInt32, attempt: UInt32 = 0) {
        appendFrame(FrameType.start, UInt64(handle), UInt64(attempt))
    }

    /// Appends the job's success.
    public mutating func appendComplete(handle: UInt32, attempt: UInt32 = 0) {
        appendFrame(FrameType.complete, UInt64(handle), UInt64(attempt))
    }

    /// Appends the job's failure, which is final; `isRetryable` is advice to readers. `limits` are the welcome's.
    public mutating func appendFail(
        handle: UInt32,
        attempt: UInt32 = 0,
        code: some EncodableText = StaticString(""),
        text: some EncodableText,
        isRetryable: Bool = false,
        limits: UpdateLimits = .assumed
    ) {
        let flags: UInt64 = isRetryable ? 1 : 0
        unsafe code.withClippedBytes(UpdateLimits.maximumFailureCode) { code in
            unsafe text.withClippedBytes(limits.maximumText) { text in
                let length =
                    unsafe encodedSize(handle) + encodedSize(attempt) + encodedSize(flags) + encodedSize(text: code)
                    + encodedSize(text: text)
                appendHeading(FrameType.fail, length: length)
                append(variable: UInt64(handle))
                append(variable: UInt64(attempt))
                append(variable: flags)
                unsafe append(text: code)
                unsafe append(text: text)
            }
        }
    }

    /// Appends the end of an attempt and the beginning of another; 0 stands for one more than the present.
    public mutating func appendRetry(handle: UInt32, attempt: UInt32 = 0) {
        appendFrame(FrameType.retry, UInt64(handle), UInt64(attempt))
    }

    /// Appends the answer to a cancel.
    public mutating func appendCancelAnswer(handle: UInt32, _ answer: CancelAnswer) {
        appendFrame(FrameType.cancelAnswer, UInt64(handle), UInt64(answer.rawValue))
    }

    /// Appends the wish to let go of a job, which then does not count as stalled.
    public mutating func appendUnbind(handle: UInt32) {
        appendFrame(FrameType.unbind, UInt64(handle))
    }

    /// Appends the wish to have everything so far made durable and acknowledged now.
    public mutating func appendFlush() {
        appendHeading(FrameType.flush, length: 0)
    }

    /// Appends the last frame up.
    public mutating func appendGoodbye() {
        appendHeading(FrameType.goodbye, length: 0)
    }
}
