import Bytes
import Deflate

extension Bridge {
    /// The fields of a 200 whose body is `body`, which is gzip afterwards where it is large and the client takes that.
    func compressed(_ body: inout OutputBuffer, _ allowsGzip: Bool) -> ResponseFields {
        var fields = ResponseFields(200)
        guard body.count > BridgeLimits.uncompressedList else { return fields }
        fields.varyAcceptEncoding = true
        guard allowsGzip else { return fields }
        let plain = body.take(from: 0)
        let encoder = SegmentEncoder(level: BridgeLimits.listCompression)
        var checksum = CRC32()
        body.append(contentsOf: Gzip.header)
        plain.withUnsafeBytes { bytes in
            checksum.update(bytes)
            encoder.append(bytes) { output in
                if case .bytes(let piece) = output { body.append(piece) }
            }
        }
        encoder.finish { output in
            if case .bytes(let piece) = output { body.append(piece) }
        }
        body.append(contentsOf: Gzip.lastBlock)
        body.append(contentsOf: Gzip.trailer(checksum: checksum, length: plain.count))
        fields.isGzip = true
        return fields
    }
}
