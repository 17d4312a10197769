/// What a body made of a stored result consists of.
public struct ResultBody: Sendable {
    /// A run of its bytes.
    public enum Section: Sendable, Equatable {
        /// These bytes.
        case bytes([UInt8])
        /// This part of the content, decoded.
        case content(Range<Int>)
        /// All segments as they are stored.
        case stored
    }

    /// The sections in order.
    public let sections: [Section]
    /// The length of the whole in bytes.
    public let length: Int

    /// A body of these sections of `result`; parts of the content must lie within it.
    public init(_ sections: [Section], of result: StoredResult) {
        self.sections = sections
        length = sections.reduce(0) { sum, section in
            switch section {
            case .bytes(let bytes): return sum + bytes.count
            case .content(let range):
                precondition(range.lowerBound >= 0 && range.upperBound <= result.length, "\(range) of \(result.length)")
                return sum + range.count
            case .stored: return sum + result.storedLength
            }
        }
    }

    /// The whole of `result` in `coding`, with `prefix` and `suffix` around its content, such as the two halves of a
    /// JSON envelope. Nothing is compressed for it.
    public init(whole result: StoredResult, coding: ResultCoding, prefix: [UInt8] = [], suffix: [UInt8] = []) {
        let framing = ResultFraming(result, coding: coding, prefix: prefix, suffix: suffix)
        let middle: Section = coding == .gzip ? .stored : .content(0..<result.length)
        self.init([.bytes(framing.head), middle, .bytes(framing.tail)], of: result)
    }
}
