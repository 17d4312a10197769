/// Reads the extensions of a chunk behind their first semicolon: `name`, `name=token` or `name="quoted string"`,
/// separated by semicolons (RFC 9112 section 7.1.1), without whitespace.
struct ChunkExtensions: Sendable, Equatable {
    enum Verdict {
        case more
        /// The byte was the carriage return that ends the line.
        case lineEnd
        case malformed
    }

    private enum Phase {
        /// The first character of a name; then `name`.
        case nameStart
        /// More of a name, or what follows it: then `valueStart`, `nameStart` or the line's end.
        case name
        /// The first character of a value; then `value` or `quoted`.
        case valueStart
        /// More of a token; then `nameStart` or the line's end.
        case value
        /// More of a quoted string; then `escaped` or `afterQuoted`.
        case quoted
        /// What follows a backslash; then `quoted`.
        case escaped
        /// A semicolon or the line's end.
        case afterQuoted
    }

    private var phase = Phase.nameStart

    mutating func read(_ byte: UInt8) -> Verdict {
        switch phase {
        case .nameStart: return advance(to: .name, if: ByteSet.token.contains(byte))
        case .name:
            if ByteSet.token.contains(byte) { return .more }
            if byte == ASCII.equals { return advance(to: .valueStart, if: true) }
            return readEnd(byte)
        case .valueStart:
            if byte == ASCII.quote { return advance(to: .quoted, if: true) }
            return advance(to: .value, if: ByteSet.token.contains(byte))
        case .value: return ByteSet.token.contains(byte) ? .more : readEnd(byte)
        case .quoted:
            if byte == ASCII.quote { return advance(to: .afterQuoted, if: true) }
            if byte == ASCII.backslash { return advance(to: .escaped, if: true) }
            return advance(to: .quoted, if: byte >= 0x80 || ByteSet.quotedText.contains(byte))
        case .escaped: return advance(to: .quoted, if: byte >= 0x80 || ByteSet.text.contains(byte))
        case .afterQuoted: return readEnd(byte)
        }
    }

    private mutating func readEnd(_ byte: UInt8) -> Verdict {
        byte == ASCII.carriageReturn ? .lineEnd : advance(to: .nameStart, if: byte == ASCII.semicolon)
    }

    private mutating func advance(to next: Phase, if isAllowed: Bool) -> Verdict {
        phase = next
        return isAllowed ? .more : .malformed
    }
}
