/// The members of a list-based field value, without whitespace around; empty ones are skipped (RFC 9110 section 5.6.1).
///
/// A separator inside a quoted string does not separate. An unclosed quoted string reaches to the end.
struct ListMembers {
    private let view: ByteView
    private let separator: UInt8
    private var position: Int
    private let end: Int

    /// The parts of `range` between commas, or another separator.
    init(_ view: ByteView, _ range: Range<Int>, separator: UInt8 = ASCII.comma) {
        self.view = view
        self.separator = separator
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next member; nil at the end.
    mutating func next() -> Range<Int>? {
        while position < end {
            let start = position
            var isQuoted = false
            while position < end {
                let byte = view[position]
                if isQuoted, byte == ASCII.backslash, position &+ 1 < end {
                    position &+= 1
                } else if byte == ASCII.quote {
                    isQuoted.toggle()
                } else if byte == separator, !isQuoted {
                    break
                }
                position &+= 1
            }
            let member = view.trimmed(start..<position)
            position &+= 1
            if !member.isEmpty { return member }
        }
        return nil
    }
}
