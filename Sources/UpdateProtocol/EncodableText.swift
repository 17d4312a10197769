/// What an encoder accepts where the wire has text: a string, or a literal that needs no memory.
public protocol EncodableText {
    /// Calls `body` with the UTF-8 bytes, which are valid during the call only.
    func withEncodableBytes(_ body: (UnsafeRawBufferPointer) -> Void)
}

extension String: EncodableText {
    public func withEncodableBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        var text = self
        text.withUTF8 { unsafe body(UnsafeRawBufferPointer($0)) }
    }
}

extension StaticString: EncodableText {
    public func withEncodableBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUTF8Buffer { unsafe body(UnsafeRawBufferPointer($0)) }
    }
}

extension EncodableText {
    /// Calls `body` with as much of the text as fits into `limit` bytes without cutting a character.
    internal func withClippedBytes(_ limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe withEncodableBytes { bytes in
            guard bytes.count > limit else { return unsafe body(bytes) }
            var end = limit
            // A byte 10xxxxxx continues a character, which then begins before the limit and ends after it.
            while end > 0, unsafe bytes[end] & 0xC0 == 0x80 { end -= 1 }
            unsafe body(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        }
    }
}
