/// The media type of output about which nothing was said.
enum SniffedMediaType {
    static let text = "text/plain; charset=utf-8"
    static let binary = "application/octet-stream"

    /// Text, unless `beginning` has a byte that text does not have or is not UTF-8.
    ///
    /// After the MIME Sniffing standard, section 7.2 ("binary data byte"); a backspace counts as text here, because
    /// progress bars use it. A character that is cut off at the end is no fault.
    static func of(_ beginning: [UInt8]) -> String {
        if beginning.contains(where: isBinary) { return binary }
        var decoder = UTF8()
        var bytes = beginning.makeIterator()
        var position = 0
        while true {
            switch decoder.decode(&bytes) {
            case .scalarValue(let scalar): position += UTF8.width(scalar)
            case .emptyInput: return text
            case .error: return isCutCharacter(beginning[position...]) ? text : binary
            }
        }
    }

    /// True for a byte that text does not have: a "binary data byte".
    static func isBinary(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x07, 0x0B, 0x0E...0x1A, 0x1C...0x1F: true
        default: false
        }
    }

    /// True when `rest` is the beginning of one character of UTF-8 (RFC 3629).
    private static func isCutCharacter(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first else { return false }
        let length =
            switch first {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 0
            }
        return rest.count < length && rest.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
    }
}
