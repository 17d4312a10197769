/// Memory that zlib writes its output into, and that is handed on from there; it belongs to one object.
public struct PieceBuffer: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer

    /// Room for `capacity` bytes.
    public init(capacity: Int = DeflateLimits.pieceLength) {
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        memory.deallocate()
    }

    /// Calls `body` with the memory, which is valid during the call only.
    public func withMemory<R: ~Copyable, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try body(memory)
    }
}
