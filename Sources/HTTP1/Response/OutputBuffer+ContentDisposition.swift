public import Bytes

extension OutputBuffer {
    /// Appends the value of Content-Disposition: `attachment` or `inline`, and with a name `filename`, and
    /// `filename*` where the first cannot say it (RFC 6266 appendix D). Any text is safe as a name.
    public mutating func appendContentDisposition(isAttachment: Bool, fileName: String? = nil) {
        append(isAttachment ? "attachment" : "inline")
        guard let fileName else { return }
        append("; filename=\"")
        var isExact = true
        for scalar in fileName.unicodeScalars {
            let isPlain = scalar.isASCII && ByteSet.plainFileName.contains(UInt8(truncatingIfNeeded: scalar.value))
            append(isPlain ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(ascii: "_"))
            isExact = isExact && isPlain
        }
        append(UInt8(ascii: "\""))
        guard !isExact else { return }
        append("; filename*=UTF-8''")
        for byte in fileName.utf8 {
            if ByteSet.attribute.contains(byte) {
                append(byte)
            } else {
                append(ASCII.percent)
                append(hexadecimal: byte >> 4)
                append(hexadecimal: byte & 15)
            }
        }
    }

    private mutating func append(hexadecimal digit: UInt8) {
        append(digit < 10 ? digit + UInt8(ascii: "0") : digit + UInt8(ascii: "A") - 10)
    }
}
