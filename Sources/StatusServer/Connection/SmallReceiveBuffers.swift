import NIOCore

/// Sizes the buffers that a connection reads into, and lets none be kept between two reads.
///
/// Each read takes the event loop's spare buffer, which most requests give back used up.
/// NIO keeps a connection's last buffer for the next read once it knows what size that will be; an idle connection that
/// brought one large request would hold 64 KiB from then on. Without that forecast it takes a fresh one each time. A
/// connection that fills its buffers comes to 256 KiB, because with a load of updates what a read costs beside its
/// bytes is a good part of the whole; it goes back as soon as reads are smaller.
struct SmallReceiveBuffers: RecvByteBufferAllocator {
    private var adaptive = AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 2_048, maximum: 262_144)
    /// Where handlers give a buffer back that they have used up.
    private let spare: SpareBuffer

    /// For a connection of the event loop that `spare` belongs to.
    init(_ spare: SpareBuffer) {
        self.spare = spare
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        guard let size = adaptive.nextBufferSize() else { return adaptive.buffer(allocator: allocator) }
        return spare.take(size)
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        adaptive.record(actualReadBytes: actualReadBytes)
    }

    func nextBufferSize() -> Int? { nil }
}
