internal import CNghttp2

extension HTTP2Session {
    /// Hands a head to nghttp2 by way of `call`, which copies it. Nil when it may not be sent.
    ///
    /// nghttp2 checks what comes in and not what goes out, so that a line break in a value made from a user's text
    /// would reach the peer, and end the stream there, or split the message behind a proxy that speaks HTTP/1.1.
    func submit(
        _ head: HeaderBlock,
        endStream: Bool,
        by call: (UnsafeBufferPointer<nghttp2_nv>, UnsafePointer<nghttp2_data_provider>?) -> Int32
    ) -> Int32? {
        let count = HeaderBlock.Pseudo.allCases.count + head.fields.count
        guard head.bytes.count + 32 * count <= HTTP2Limits.sentHeaderListSize else { return nil }
        return head.bytes.withUnsafeBytes { bytes -> Int32? in
            withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: count) { list -> Int32? in
                var used = 0
                for index in head.pseudo.indices {
                    guard let field = head.pseudo[index] else { continue }
                    guard let pair = pair(field, in: bytes) else { return nil }
                    list.initializeElement(at: used, to: pair)
                    used += 1
                }
                for field in head.fields {
                    guard let pair = pair(field, in: bytes) else { return nil }
                    list.initializeElement(at: used, to: pair)
                    used += 1
                }
                let fields = UnsafeBufferPointer(rebasing: list[..<used])
                if endStream { return call(fields, nil) }
                var provider = nghttp2_data_provider()
                provider.read_callback = readBody
                return call(fields, &provider)
            }
        }
    }

    /// The field as nghttp2 takes it, or nil when its bytes may not be sent.
    private func pair(_ field: HeaderBlock.Field, in bytes: UnsafeRawBufferPointer) -> nghttp2_nv? {
        // A field's name is never empty, so there are bytes. nghttp2 only reads through the pointers, although their
        // types allow more, and only during the call.
        guard !field.name.isEmpty, let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress) else { return nil }
        let name = base.advanced(by: field.name.lowerBound).assumingMemoryBound(to: UInt8.self)
        let value = base.advanced(by: field.value.lowerBound).assumingMemoryBound(to: UInt8.self)
        guard nghttp2_check_header_name(name, field.name.count) != 0,
            nghttp2_check_header_value_rfc9113(value, field.value.count) != 0
        else { return nil }
        return nghttp2_nv(
            name: name,
            value: value,
            namelen: field.name.count,
            valuelen: field.value.count,
            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
        )
    }
}
