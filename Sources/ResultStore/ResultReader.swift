/// Gives out a result's body piece by piece, as fast as someone asks for it.
///
/// Any thread may call it; calls wait for each other, and for the disk unless ``StoredResult/isInMemory``. It holds at
/// most 128 KiB whatever the result's length.
public final class ResultReader: Sendable {
    /// What a call brought.
    public enum Outcome: Sendable, Equatable {
        /// So many bytes, at least one, now stand at the start of the memory.
        case bytes(Int)
        /// The whole body has been given out.
        case end
        /// The rest cannot be read. Whoever sends the body must break it off such that its receiver sees it.
        case failed(ResultFailure)
    }

    /// The length of the whole body in bytes.
    public let length: Int

    private let state: Guarded<ResultReaderState>

    /// A reader of `result` in `coding`, with `prefix` and `suffix` around its content, such as the two halves of a
    /// JSON envelope. Nothing is compressed for it.
    public convenience init(
        _ result: StoredResult,
        coding: ResultCoding,
        prefix: [UInt8] = [],
        suffix: [UInt8] = []
    ) {
        self.init(result, ResultBody(whole: result, coding: coding, prefix: prefix, suffix: suffix))
    }

    /// A reader of `body`, which was made of `result`.
    public init(_ result: StoredResult, _ body: ResultBody) {
        length = body.length
        state = Guarded(ResultReaderState(result, body))
    }

    /// Fills `memory`, which must not be empty, with the next bytes of the body. It is filled to its end unless the
    /// body ends before, or fails.
    public func read(into memory: UnsafeMutableRawBufferPointer) -> Outcome {
        precondition(!memory.isEmpty, "read into no memory")
        return state.withLock { $0.read(into: memory) }
    }

    /// Reads the next bytes of the body, at most `count`, at least 1; nil at the end.
    public func read(atMost count: Int) throws(ResultFailure) -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: min(count, length))
        guard !piece.isEmpty else { return nil }
        switch piece.withUnsafeMutableBytes({ read(into: $0) }) {
        case .bytes(let filled):
            piece.removeLast(piece.count - filled)
            return piece
        case .end: return nil
        case .failed(let failure): throw failure
        }
    }
}
