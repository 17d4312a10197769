/// Reads the payloads of the frames up. None of it depends on the handler, so that it is compiled once.
@usableFromInline
internal enum UpFrames {
    /// False when a hello names another major version, whose further fields nobody here knows. One that names none is
    /// for ``hello(_:)`` to judge.
    @usableFromInline
    static func speaksThisVersion(_ payload: UnsafeRawBufferPointer) -> Bool {
        var reader = unsafe FrameReader(payload)
        let major = reader.integer32("version out of range")
        return reader.hasFailed || reader.problem != nil || major == UpdateLimits.majorVersion
    }

    @usableFromInline
    static func hello(_ payload: UnsafeRawBufferPointer) -> ParsedFrame<HelloFrame> {
        var reader = unsafe FrameReader(payload)
        let major = reader.integer32("version out of range")
        let minor = reader.integer32("version out of range")
        let flags = reader.integer()
        let producer = unsafe reader.text(UpdateLimits.maximumProducer, "producer name too long")
        let epoch = reader.integer()
        let firstSequence = reader.integer()
        if !reader.hasFailed, !(1...UpdateLimits.maximumFirstSequence).contains(firstSequence) {
            reader.complain("first sequence number out of range")
        }
        return reader.finished(
            unsafe HelloFrame(
                major: major,
                minor: minor,
                isForResults: flags & 1 != 0,
                producer: producer,
                epoch: epoch,
                firstSequence: firstSequence
            )
        )
    }

    @usableFromInline
    static func bind(_ payload: UnsafeRawBufferPointer) -> ParsedFrame<BindFrame> {
        var reader = unsafe FrameReader(payload)
        let handle = reader.integer32("handle out of range")
        let subject = reader.subject(handle: handle)
        let taskID = unsafe reader.text(UpdateLimits.maximumTaskID, "task id too long")
        let attempt = reader.integer32("attempt out of range")
        let flags = reader.integer()
        let type =
            flags & BindFlag.type != 0 ? unsafe reader.text(UpdateLimits.maximumType, "job type too long") : nil
        let ttl = flags & BindFlag.ttl != 0 ? reader.integer32("time to live out of range") : nil
        let stall = flags & BindFlag.stall != 0 ? reader.integer32("stall time out of range") : nil
        let labels = flags & BindFlag.labels != 0 ? reader.labels() : BorrowedLabels.none
        let parent =
            flags & BindFlag.parent != 0 ? unsafe reader.text(UpdateLimits.maximumTaskID, "parent too long") : nil
        let resultTTL = flags & BindFlag.resultTTL != 0 ? reader.integer32("result time out of range") : nil
        return reader.finished(
            unsafe BindFrame(
                handle: handle,
                taskID: taskID,
                attempt: attempt,
                createsIfAbsent: flags & BindFlag.create != 0,
                isShared: flags & BindFlag.share != 0,
                type: type,
                ttl: ttl,
                stall: stall,
                failsWhenStalled: flags & BindFlag.failWhenStalled != 0,
                labels: labels,
                parent: parent,
                resultTTL: resultTTL
            ),
            about: subject
        )
    }

    /// The payload of start, complete and retry.
    @usableFromInline
    static func handleAndAttempt(_ payload: UnsafeRawBufferPointer) -> ParsedFrame<(handle: UInt32, attempt: UInt32)> {
        var reader = unsafe FrameReader(payload)
        let handle = reader.integer32("handle out of range")
        let subject = reader.subject(handle: handle)
        let attempt = reader.integer32("attempt out of range")
        return reader.finished((handle, attempt), about: subject)
    }

    @usableFromInline
    static func fail(_ payload: UnsafeRawBufferPointer, limits: UpdateLimits) -> ParsedFrame<FailFrame> {
        var reader = unsafe FrameReader(payload)
        let handle = reader.integer32("handle out of range")
        let subject = reader.subject(handle: handle)
        let attempt = reader.integer32("attempt out of range")
        let flags = reader.integer()
        let code = unsafe reader.text(UpdateLimits.maximumFailureCode, "failure code too long")
        let text = unsafe reader.text(limits.maximumText, "failure text too long")
        let frame = unsafe FailFrame(
            handle: handle,
            attempt: attempt,
            isRetryable: flags & 1 != 0,
            code: code,
            text: text
        )
        return reader.finished(frame, about: subject)
    }

    @usableFromInline
    static func cancelAnswer(
        _ payload: UnsafeRawBufferPointer
    ) -> ParsedFrame<(handle: UInt32, answer: CancelAnswer)> {
        var reader = unsafe FrameReader(payload)
        let handle = reader.integer32("handle out of range")
        let subject = reader.subject(handle: handle)
        let answer = CancelAnswer(rawValue: reader.integer8("unknown answer to a cancel"))
        if answer == nil { reader.complain("unknown answer to a cancel") }
        return reader.finished((handle, answer ?? .received), about: subject)
    }

    @usableFromInline
    static func unbind(_ payload: UnsafeRawBufferPointer) -> ParsedFrame<UInt32> {
        var reader = unsafe FrameReader(payload)
        let handle = reader.integer32("handle out of range")
        return reader.finished(handle)
    }
}

extension FrameReader {
    /// Count, then that many keys and values.
    mutating func labels() -> BorrowedLabels {
        let count = integer()
        if count > UInt64(UpdateLimits.maximumLabels) {
            // Not read any further: what follows cannot be told from the fields after it.
            complain("too many labels")
            return .none
        }
        let start = position
        for _ in 0..<count {
            let key = unsafe text(UpdateLimits.maximumLabelKey, "label key too long")
            if unsafe key.isEmpty { complain("empty label key") }
            _ = unsafe text(UpdateLimits.maximumLabelValue, "label value too long")
        }
        return unsafe BorrowedLabels(count: Int(count), bytes: read(since: start))
    }
}
