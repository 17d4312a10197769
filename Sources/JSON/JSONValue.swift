/// A small JSON document as a tree: the body of a request, a response in a command or a test.
///
/// Numbers keep their text and objects their order. Reading checks everything that ``JSONValidator`` checks, and
/// refuses duplicate keys and lone surrogates besides, so that two readers cannot see two different documents.
public enum JSONValue: Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number, as it was written.
    case number(JSONNumber)
    /// A string, its escapes resolved.
    case string(String)
    /// An array's elements.
    case array([JSONValue])
    /// An object's members in the order of the document; no two keys are made of the same bytes.
    case object([JSONMember])
}

/// One member of an object.
public struct JSONMember: Sendable {
    /// The key, its escapes resolved.
    public let key: String
    /// The value.
    public let value: JSONValue
    /// Where the value's own text stands in the document that was read, without whitespace around it.
    public let range: Range<Int>

    /// A member whose value stands at `range` of its document.
    public init(key: String, value: JSONValue, range: Range<Int>) {
        self.key = key
        self.value = value
        self.range = range
    }
}

extension JSONValue {
    /// Reads a whole document.
    ///
    /// - Throws: what is wrong with it, with the offset of the offending byte; documents longer than
    ///   ``JSONLimits/documentLength`` or nested deeper than `maximumDepth` are refused.
    public init(
        parsing bytes: UnsafeRawBufferPointer,
        maximumDepth: Int = JSONLimits.documentDepth
    ) throws(JSONFailure) {
        guard bytes.count <= JSONLimits.documentLength else {
            throw JSONFailure(offset: JSONLimits.documentLength, reason: .tooLong)
        }
        var validator = JSONValidator(maximumDepth: maximumDepth)
        if let failure = unsafe validator.feed(bytes) { throw failure }
        if let failure = validator.finish() { throw failure }
        var reader = unsafe JSONReader(valid: bytes)
        self = try reader.readDocument()
    }

    /// Reads a whole document; see ``init(parsing:maximumDepth:)-(UnsafeRawBufferPointer,_)``.
    public init(parsing bytes: [UInt8], maximumDepth: Int = JSONLimits.documentDepth) throws(JSONFailure) {
        let outcome: Result<JSONValue, JSONFailure> = unsafe bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONFailure) in try unsafe JSONValue(parsing: buffer, maximumDepth: maximumDepth) }
        }
        self = try outcome.get()
    }
}

extension JSONValue {
    /// The value of the member named `key`, compared byte by byte; nil when there is none, or this is no object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The element at `index`; nil when there is none, or this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The string's text; nil for anything but a string.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number; nil for anything but a number.
    public var number: JSONNumber? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    /// The integer that a number stands for; see ``JSONNumber/integer``.
    public var integer: Int64? { number?.integer }

    /// The value of a number; see ``JSONNumber/double``.
    public var double: Double? { number?.double }

    /// The truth value; nil for anything but `true` and `false`.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements; nil for anything but an array.
    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members; nil for anything but an object.
    public var object: [JSONMember]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// True for `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }
}

extension JSONValue: Equatable {
    /// Same kind and content. Texts are compared byte by byte, as JSON has it, and numbers as they were written; where
    /// in its document a member stood does not matter, its order in the object does.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value }
        default: false
        }
    }
}
