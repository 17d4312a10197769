import NIOCore

/// Sizes the buffers that a connection reads into, and lets it keep none but the first, which is small.
///
/// NIO keeps a connection's last buffer for the next read once it knows what size that will be; an idle connection that
/// brought one large request would hold 64 KiB from then on. Without that forecast it keeps the first one, and reads
/// into it again where nobody else holds it. What is larger comes from the event loop's spare buffer.
///
/// A connection that fills its buffers comes to 256 KiB, because with a load of updates what a read costs beside its
/// bytes is a good part of the whole; it goes back as soon as reads are smaller.
struct SmallReceiveBuffers: RecvByteBufferAllocator {
    /// Bytes of the buffer that each connection keeps: a few requests.
    static let smallest = 2_048
    private var adaptive = AdaptiveRecvByteBufferAllocator(minimum: smallest, initial: smallest, maximum: 262_144)
    /// Where handlers give a buffer back that they have used up.
    private let spare: SpareBuffer

    /// For a connection of the event loop that `spare` belongs to.
    init(_ spare: SpareBuffer) {
        self.spare = spare
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        guard let size = adaptive.nextBufferSize() else { return adaptive.buffer(allocator: allocator) }
        // The first one stays with the connection, so it must not be a spare one that may be larger.
        return size > Self.smallest ? spare.take(size) : allocator.buffer(capacity: size)
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        adaptive.record(actualReadBytes: actualReadBytes)
    }

    func nextBufferSize() -> Int? { nil }
}
