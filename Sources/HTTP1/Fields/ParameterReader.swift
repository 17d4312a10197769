/// Reads `; name=value` pairs behind the first part of a field value (RFC 9110 section 5.6.6).
struct ParameterReader {
    struct Parameter {
        let name: Range<Int>
        /// A token, or a quoted string without its quotes but with its backslashes.
        let value: Range<Int>
        let isQuoted: Bool
    }

    private let view: ByteView
    private var position: Int
    private let end: Int
    /// Whether quoted strings may hold bytes beyond ASCII.
    private let allowsBeyondASCII: Bool
    /// True once something stood there that is no parameter.
    private(set) var isMalformed = false

    /// The parameters in `range`, which starts behind the first part.
    init(_ view: ByteView, _ range: Range<Int>, allowsBeyondASCII: Bool) {
        self.view = view
        self.allowsBeyondASCII = allowsBeyondASCII
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next parameter; nil at the end, and when what comes is malformed.
    mutating func next() -> Parameter? {
        guard !isMalformed else { return nil }
        while true {
            skipBlanks()
            guard position < end else { return nil }
            guard view[position] == ASCII.semicolon else { return fail() }
            position += 1
            skipBlanks()
            // Empty parameters are allowed: `text/plain;` and `a/b;;c=d`.
            guard position < end, view[position] != ASCII.semicolon else { continue }
            return read()
        }
    }

    private mutating func read() -> Parameter? {
        let name = position..<view.endOfToken(from: position, to: end)
        guard !name.isEmpty, name.upperBound < end, view[name.upperBound] == ASCII.equals else { return fail() }
        position = name.upperBound + 1
        if position < end, view[position] == ASCII.quote { return readQuoted(name) }
        let value = position..<view.endOfToken(from: position, to: end)
        guard !value.isEmpty else { return fail() }
        position = value.upperBound
        return Parameter(name: name, value: value, isQuoted: false)
    }

    private mutating func readQuoted(_ name: Range<Int>) -> Parameter? {
        let start = position + 1
        var index = start
        while index < end, view[index] != ASCII.quote {
            if view[index] == ASCII.backslash {
                index += 1
                guard index < end, ByteSet.text.contains(view[index]) || allows(view[index]) else { return fail() }
            } else if !ByteSet.quotedText.contains(view[index]), !allows(view[index]) {
                return fail()
            }
            index += 1
        }
        guard index < end else { return fail() }
        position = index + 1
        return Parameter(name: name, value: start..<index, isQuoted: true)
    }

    /// `obs-text`: bytes beyond ASCII.
    private func allows(_ byte: UInt8) -> Bool { allowsBeyondASCII && byte >= 0x80 }

    private mutating func skipBlanks() {
        while position < end, ASCII.isBlank(view[position]) { position += 1 }
    }

    private mutating func fail() -> Parameter? {
        isMalformed = true
        return nil
    }
}
