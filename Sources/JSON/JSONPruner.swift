/// Takes the members of one name out of a JSON text, in objects at every depth.
///
/// The text must have passed ``JSONValidator``, which bounds how deep this recurses; anything else traps or comes out
/// as something else. What stays is byte for byte what it was, without the whitespace between the tokens.
public struct JSONPruner {
    private let text: [UInt8]
    private let name: String
    private var position = 0
    private var output: [UInt8] = []
    private var removed = 0

    /// `text` without the members named `name`, and how many there were. A key counts by what it means: `"\u0061"` is
    /// `a`.
    public static func prune(_ text: [UInt8], of name: String) -> (text: [UInt8], removed: Int) {
        var pruner = JSONPruner(text: text, name: name)
        pruner.output.reserveCapacity(text.count)
        pruner.takeValue()
        return (pruner.output, pruner.removed)
    }

    private init(text: [UInt8], name: String) {
        self.text = text
        self.name = name
    }

    private mutating func skipWhitespace() {
        while position < text.count, Cursor.isWhitespace(text[position]) { position += 1 }
    }

    private mutating func takeValue() {
        skipWhitespace()
        switch text[position] {
        case UInt8(ascii: "{"): takeObject()
        case UInt8(ascii: "["): takeArray()
        case UInt8(ascii: "\""): output += text[takeString()]
        default:
            let start = position
            while position < text.count, !Self.endsScalar(text[position]) { position += 1 }
            output += text[start..<position]
        }
        skipWhitespace()
    }

    /// Goes over a string; returns where it stands, with its quotes.
    private mutating func takeString() -> Range<Int> {
        let start = position
        position += 1
        while text[position] != UInt8(ascii: "\"") { position += text[position] == UInt8(ascii: "\\") ? 2 : 1 }
        position += 1
        return start..<position
    }

    private mutating func takeArray() {
        position += 1
        output.append(UInt8(ascii: "["))
        skipWhitespace()
        while text[position] != UInt8(ascii: "]") {
            if text[position] == UInt8(ascii: ",") {
                position += 1
                output.append(UInt8(ascii: ","))
            }
            takeValue()
        }
        position += 1
        output.append(UInt8(ascii: "]"))
    }

    private mutating func takeObject() {
        position += 1
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        skipWhitespace()
        while text[position] != UInt8(ascii: "}") {
            if text[position] == UInt8(ascii: ",") {
                position += 1
                skipWhitespace()
            }
            let key = takeString()
            skipWhitespace()
            // The colon.
            position += 1
            let kept = output.count
            if !isFirst { output.append(UInt8(ascii: ",")) }
            output += text[key]
            output.append(UInt8(ascii: ":"))
            let before = removed
            takeValue()
            if isNamed(key) {
                output.removeSubrange(kept...)
                // What was in it went with it, as one.
                removed = before + 1
            } else {
                isFirst = false
            }
        }
        position += 1
        output.append(UInt8(ascii: "}"))
    }

    private func isNamed(_ key: Range<Int>) -> Bool {
        let inner = text[key.lowerBound + 1..<key.upperBound - 1]
        guard inner.contains(UInt8(ascii: "\\")) else { return inner.elementsEqual(name.utf8) }
        guard let value = try? JSONValue(parsing: Array(text[key])) else { return false }
        return value.string == name
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        Cursor.isWhitespace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
    }
}
