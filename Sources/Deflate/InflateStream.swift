internal import CZlib

/// The one owner of a decompressing `z_stream`.
///
/// zlib keeps a pointer back to the structure, so it lives in memory of its own that never moves.
final class InflateStream {
    /// How a call ended.
    enum Status {
        /// More input, or more room for output, is needed.
        case more
        /// The stream's last block, and with gzip its trailer, have been read.
        case end
        /// This is no deflate stream, or no gzip member, or its checksum or length is wrong.
        case corrupt
    }

    private let stream: UnsafeMutablePointer<z_stream>

    /// A decoder for raw deflate, or for one gzip member with its header and trailer. Traps when there is no memory for
    /// it, as Swift does.
    init(isGzip: Bool) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = CZlib_inflateInit2(stream, isGzip ? MAX_WBITS + 16 : -MAX_WBITS)
        precondition(status == Z_OK, "inflateInit2: \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Forgets everything, to begin anew.
    func reset() {
        inflateReset(stream)
    }

    /// Decodes `input` into `output` and says how far it came.
    func decompress(
        _ input: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> (consumed: Int, produced: Int, status: Status) {
        let offered = min(input.count, Int(UInt32.max))
        let room = min(output.count, Int(UInt32.max))
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(offered)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        let status: Status =
            switch inflate(stream, Z_NO_FLUSH) {
            // Z_BUF_ERROR: there was nothing to do, which is no error here.
            case Z_OK, Z_BUF_ERROR: .more
            case Z_STREAM_END: .end
            default: .corrupt
            }
        return (offered - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out), status)
    }
}
