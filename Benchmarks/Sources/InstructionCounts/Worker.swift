import BenchSupport
import Bytes
import StatusCore
import UpdateProtocol

/// A worker's stream as the server takes it: bytes into the decoder, batches of reports into the table.
final class Worker {
    /// How updates are written.
    enum Form {
        case single
        case run
        case dense
    }

    /// The payload of one DATA frame.
    private static let piece = 16_384
    /// Some milliseconds after the jobs began, as with most updates: one in the very millisecond of the last sample of a
    /// job's pace goes to the pace, to see whether it is the first of its attempt.
    static let now = Instant(wall: Tables.now.wall + 5, monotonic: Tables.now.monotonic + 5)

    private let table: JobTable
    private let owner: OwnerID
    private var handles = HandleTable()
    private var decoder = UpFrameDecoder()
    /// The bytes of all updates, so that every run of the program makes the same ones, and where each update ends.
    private var bytes = OutputBuffer()
    private var ends: [Int] = []
    /// Updates that were applied.
    private var applied = 0

    /// Writes `updates` updates of the bound jobs, in turns; the first handles are longer than a byte, as most are.
    init(_ form: Form, _ references: [JobReference], of table: JobTable, owner: OwnerID, updates: Int) {
        self.table = table
        self.owner = owner
        let first = 128
        for (index, reference) in references.enumerated() {
            handles.bind(UInt32(first + index), to: reference, attempt: 1)
        }
        bytes.appendHello()
        var written = 0
        while written < updates {
            let progress = UInt16(200 + written / references.count)
            switch form {
            case .single:
                for index in references.indices {
                    bytes.appendProgress(handle: UInt32(first + index), basisPoints: progress)
                    ends.append(bytes.count)
                }
            case .run:
                bytes.appendRun(count: references.count)
                for index in references.indices {
                    bytes.appendRunEntry(delta: index == 0 ? UInt32(first) : 1, basisPoints: progress)
                    ends.append(bytes.count)
                }
            case .dense:
                let start = bytes.count
                bytes.appendDenseRun(
                    first: UInt32(first),
                    basisPoints: [UInt16](repeating: progress, count: references.count)
                )
                let heading = bytes.count - start - 2 * references.count
                for index in references.indices { ends.append(start + heading + 2 * (index + 1)) }
            }
            written += references.count
        }
    }

    /// Takes the first `count` updates; returns how many were applied.
    func take(_ count: Int) -> Int {
        let end = count == 0 ? 0 : ends[count - 1]
        let content = bytes.copy()
        content.withUnsafeBytes { content in
            for start in stride(from: 0, to: end, by: Self.piece) {
                var handler = self
                let piece = UnsafeRawBufferPointer(rebasing: content[start..<min(start + Self.piece, end)])
                precondition(decoder.decode(piece, into: &handler) == .ok, "a stream that is not valid")
            }
        }
        return applied
    }
}

extension Worker: UpFrameHandler {
    func progress(_ batch: ProgressBatch) -> (taken: Int, flow: Flow) {
        let exceptions = table.advanceProgress(
            of: batch.handles,
            to: batch.basisPoints,
            in: &handles,
            from: owner,
            at: Self.now
        )
        applied += batch.count - exceptions.count
        return (batch.count, .proceed)
    }

    func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow {
        guard let job = handles[handle], let progress = BasisPoints(basisPoints) else { return .stop }
        let outcome = table.advanceProgress(
            to: progress,
            of: job.reference,
            from: owner,
            attempt: job.attempt,
            at: Self.now
        )
        if outcome.refusal == nil { applied += 1 }
        return .proceed
    }

    // No frame but hello and reports is in the stream.
    func hello(_ frame: HelloFrame) -> Flow { .proceed }
    func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow { .stop }
    func bind(_ frame: BindFrame, sequence: UInt64) -> Flow { .stop }
    func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .stop }
    func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .stop }
    func fail(_ frame: FailFrame, sequence: UInt64) -> Flow { .stop }
    func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .stop }
    func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow { .stop }
    func resultBytes(
        transfer: UInt32,
        _ bytes: UnsafeRawBufferPointer,
        endsFrame: Bool,
        sequence: UInt64
    ) -> Flow { .stop }
    func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow { .stop }
    func cancelAnswer(handle: UInt32, _ answer: CancelAnswer, sequence: UInt64) -> Flow { .stop }
    func unbind(handle: UInt32, sequence: UInt64) -> Flow { .stop }
    func flush(sequence: UInt64) -> Flow { .stop }
    func goodbye(sequence: UInt64) -> Flow { .stop }
    func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow { .stop }
}
