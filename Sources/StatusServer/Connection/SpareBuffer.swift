import NIOCore

/// One buffer of an event loop that goes from hand to hand, so that a read or a write that is over at once allocates
/// nothing.
///
/// Whoever gives it back need not know whether others still hold it: a buffer that is not the last one of its kind is
/// replaced when it is taken. For use on its event loop only, which is why it may be named in other threads' values.
final class SpareBuffer: @unchecked Sendable {
    private var spare = ByteBuffer()
    private let largest: Int

    /// - Parameter largest: bytes of the largest buffer that is kept.
    init(keeping largest: Int) {
        self.largest = largest
    }

    /// An empty buffer with room for `count` bytes at least.
    func take(_ count: Int) -> ByteBuffer {
        var buffer = spare
        spare = ByteBuffer()
        buffer.clear(minimumCapacity: count)
        return buffer
    }

    /// Keeps `buffer` for the next one, unless it is large.
    func give(_ buffer: ByteBuffer) {
        if buffer.capacity <= largest { spare = buffer }
    }
}
