/// A JSON value of the test vectors; a frame is an object, so that what was decoded and what a file says compare as one.
enum Value: Hashable, Sendable {
    case bool(Bool)
    case number(UInt64)
    case text(String)
    case list([Value])
    case object([String: Value])

    /// A number as the files write it: beyond 2⁵³, which some JSON readers cannot represent, as decimal text.
    static func integer(_ number: some BinaryInteger) -> Value {
        let number = UInt64(number)
        return number > 1 << 53 ? .text(String(number)) : .number(number)
    }

    subscript(key: String) -> Value? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    var integer: UInt64? {
        switch self {
        case .number(let number): number
        case .text(let text): UInt64(text)
        default: nil
        }
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var isTrue: Bool { self == .bool(true) }

    var list: [Value] {
        if case .list(let elements) = self { elements } else { [] }
    }
}

extension Value: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? container.decode(UInt64.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let elements = try? container.decode([Value].self) {
            self = .list(elements)
        } else {
            self = .object(try container.decode([String: Value].self))
        }
    }
}

extension Value: CustomStringConvertible {
    var description: String {
        switch self {
        case .bool(let bool): "\(bool)"
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .list(let elements): "\(elements)"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}
