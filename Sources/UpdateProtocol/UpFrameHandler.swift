/// What a server does with each frame of a worker.
///
/// Each call is one item in the order of the stream, with its sequence number, or a batch of them. Texts and bytes are
/// valid during the call only. Integers are checked against their width and texts against their limit and UTF-8; what a
/// value means for the job (is the handle bound, is the task id one, is the time to live in range) is the handler's to
/// judge.
///
/// The calls are statically bound: make the handler a final class or a struct, and the decoder specialises for it.
public protocol UpFrameHandler {
    /// An update that holds the progress and nothing else, or one entry of a run. `basisPoints` is at most
    /// ``UpdateLimits/maximumProgress``.
    mutating func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow
    /// Many such reports. A handler need not have this call: without it each goes to
    /// ``progress(handle:basisPoints:sequence:)``.
    /// - Returns: how many were taken, from the first on. Fewer than all stop the decoder behind the last of these, as
    ///   `stop` does behind the last of all; there is at least one.
    mutating func progress(_ batch: ProgressBatch) -> (taken: Int, flow: Flow)
    /// Any other update; see ``UpdateFrame``.
    mutating func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow

    /// The first frame; the decoder has checked that it comes first and once. A hello of another major version does not
    /// come here: it ends the stream with ``ErrorCode/unsupportedVersion``, whatever its other fields are.
    mutating func hello(_ frame: HelloFrame) -> Flow
    mutating func bind(_ frame: BindFrame, sequence: UInt64) -> Flow
    /// In the calls with an attempt, 0 stands for the one that the handle is bound to.
    mutating func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow
    mutating func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow
    mutating func fail(_ frame: FailFrame, sequence: UInt64) -> Flow
    /// An `attempt` of 0 stands for one more than the present one.
    mutating func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow
    mutating func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow
    /// A piece of a result bytes frame, as it came; `endsFrame` with its last piece, which may be empty.
    mutating func resultBytes(
        transfer: UInt32,
        _ bytes: UnsafeRawBufferPointer,
        endsFrame: Bool,
        sequence: UInt64
    ) -> Flow
    mutating func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow
    mutating func cancelAnswer(handle: UInt32, _ answer: CancelAnswer, sequence: UInt64) -> Flow
    mutating func unbind(handle: UInt32, sequence: UInt64) -> Flow
    mutating func flush(sequence: UInt64) -> Flow
    /// The worker is done; the decoder takes no byte after it.
    mutating func goodbye(sequence: UInt64) -> Flow

    /// An item that must be refused with ``RefusalReason/malformed``; the stream goes on.
    mutating func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow
    /// An optional frame of a type that this version does not know; it only takes its sequence number.
    mutating func skipped(type: UInt8, sequence: UInt64) -> Flow
}

extension UpFrameHandler {
    @inlinable
    public mutating func progress(_ batch: ProgressBatch) -> (taken: Int, flow: Flow) {
        for index in 0..<batch.count {
            let flow = unsafe progress(
                handle: batch.handles[index],
                basisPoints: batch.basisPoints[index],
                sequence: batch.firstSequence &+ UInt64(truncatingIfNeeded: index)
            )
            if flow == .stop { return (index + 1, .stop) }
        }
        return (batch.count, .proceed)
    }

    public mutating func skipped(type: UInt8, sequence: UInt64) -> Flow { .proceed }
}
