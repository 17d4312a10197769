/// RFC 8259 written down as plainly as can be, to compare the validator with: the whole document at once, by recursion,
/// and the standard library's word on UTF-8.
struct ReferenceValidator {
    private var rest: Substring.UTF8View
    private let maximumDepth: Int

    static func accepts(_ bytes: [UInt8], maximumDepth: Int) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var validator = ReferenceValidator(rest: Substring(text).utf8, maximumDepth: maximumDepth)
        validator.skipSpaces()
        guard validator.value(depth: 0) else { return false }
        validator.skipSpaces()
        return validator.rest.isEmpty
    }

    private mutating func skipSpaces() {
        rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        if take("[") { return depth < maximumDepth && items(end: "]", depth: depth + 1, isObject: false) }
        if take("{") { return depth < maximumDepth && items(end: "}", depth: depth + 1, isObject: true) }
        if rest.first == UInt8(ascii: "\"") { return text() }
        return take("true") || take("false") || take("null") || number()
    }

    private mutating func items(end: String, depth: Int, isObject: Bool) -> Bool {
        skipSpaces()
        if take(end) { return true }
        repeat {
            skipSpaces()
            if isObject {
                guard text() else { return false }
                skipSpaces()
                guard take(":") else { return false }
                skipSpaces()
            }
            guard value(depth: depth) else { return false }
            skipSpaces()
        } while take(",")
        return take(end)
    }

    private mutating func text() -> Bool {
        guard take("\"") else { return false }
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
            guard byte == UInt8(ascii: "\\") else { continue }
            guard let escape = rest.popFirst() else { return false }
            if "\"\\/bfnrt".utf8.contains(escape) { continue }
            guard escape == UInt8(ascii: "u"), rest.count >= 4 else { return false }
            guard rest.prefix(4).allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else { return false }
            rest = rest.dropFirst(4)
        }
        return false
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") {
            guard digits() else { return false }
        }
        if take(".") {
            guard digits() else { return false }
        }
        guard take("e") || take("E") else { return true }
        _ = take("+") || take("-")
        return digits()
    }

    private mutating func digits() -> Bool {
        let count = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
        rest = rest.dropFirst(count)
        return count > 0
    }
}
