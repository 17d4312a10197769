internal import CZlib

/// The one owner of a compressing `z_stream`.
///
/// zlib keeps a pointer back to the structure, so it lives in memory of its own that never moves.
final class DeflateStream {
    private let stream: UnsafeMutablePointer<z_stream>
    private let level: Int32

    /// Raw deflate at `level`, 0 to 9, with the largest window. Traps when there is no memory for it, as Swift does.
    init(level: Int) {
        precondition((0...9).contains(level), "deflate level \(level)")
        self.level = Int32(level)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = CZlib_deflateInit2(stream, self.level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY)
        precondition(status == Z_OK, "deflateInit2: \(status)")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Forgets everything, to begin anew.
    func reset() {
        deflateReset(stream)
    }

    /// Says whether what follows is compressed, or only wrapped in stored blocks. Only between segments.
    func setCompressing(_ isCompressing: Bool) {
        // Z_BUF_ERROR only says that there was nothing to flush before the change.
        let status = deflateParams(stream, isCompressing ? level : 0, Z_DEFAULT_STRATEGY)
        precondition(status == Z_OK || status == Z_BUF_ERROR, "deflateParams: \(status)")
    }

    /// Compresses `input`, fills `output`, and says how far it came. With `flush` the input's end becomes the end of a
    /// segment, which is reached when `output` is not full.
    func compress(
        _ input: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        flush: Bool
    ) -> (consumed: Int, produced: Int) {
        let offered = min(input.count, Int(UInt32.max))
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(offered)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(output.count)
        let status = deflate(stream, flush ? Z_FULL_FLUSH : Z_NO_FLUSH)
        // Z_BUF_ERROR: there was nothing to do, which is no error here.
        precondition(status == Z_OK || status == Z_BUF_ERROR, "deflate: \(status)")
        return (offered - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out))
    }
}
