public import Bytes

/// Chunk framing (RFC 9112 section 7.1): header, content, end; and once, the last chunk.
extension OutputBuffer {
    /// Appends the line before a chunk of `size` bytes. A size of 0 would end the body and traps: a truncated body
    /// that ends cleanly is what clients cannot detect, so only ``appendLastChunk()`` ends it.
    public mutating func appendChunkHeader(size: Int) {
        precondition(size > 0, "chunk of \(size) bytes")
        var shift = (UInt64.bitWidth &- 1 &- size.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: (size &>> shift) & 15)
            append(digit < 10 ? digit &+ UInt8(ascii: "0") : digit &+ UInt8(ascii: "a") &- 10)
            shift &-= 4
        }
        append("\r\n")
    }

    /// Appends the line end behind a chunk's content.
    public mutating func appendChunkEnd() {
        append("\r\n")
    }

    /// Appends a whole chunk; nothing when `content` is empty.
    public mutating func appendChunk(_ content: UnsafeRawBufferPointer) {
        guard unsafe !content.isEmpty else { return }
        appendChunkHeader(size: content.count)
        unsafe append(content)
        appendChunkEnd()
    }

    /// Appends the last chunk and an empty trailer section: the body is whole.
    public mutating func appendLastChunk() {
        append("0\r\n\r\n")
    }
}
