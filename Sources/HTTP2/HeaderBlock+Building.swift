extension HeaderBlock {
    /// A request's head. Fields are appended to it; the pseudo fields must hold only what RFC 9113 §8.3.1 allows.
    ///
    /// `authority` may be empty, and is left out then.
    public init(request method: String, scheme: String = "http", authority: String, path: String) {
        set(.method, method)
        set(.scheme, scheme)
        if !authority.isEmpty { set(.authority, authority) }
        set(.path, path)
    }

    /// A response's head with the given status, 200 to 999.
    public init(status: Int) {
        precondition(status >= 200 && status <= 999, "a response with status \(status)")
        set(.status, String(status))
    }

    /// Empties the block and keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        for index in pseudo.indices { pseudo[index] = nil }
    }

    /// Empties the block, keeps its memory, and makes it a response's head with the given status, 200 to 999.
    public mutating func begin(status: Int) {
        precondition(status >= 200 && status <= 999, "a response with status \(status)")
        removeAll()
        set(.status, String(status))
    }

    /// Appends a field. The name is in lower case and no pseudo field; a value that RFC 9113 §8.2.1 does not allow
    /// makes the message unsendable (see ``HTTP2Session/respond(_:_:endStream:)``).
    public mutating func append(_ name: StaticString, _ value: StaticString) {
        let nameRange = append(name)
        fields.append(Field(name: nameRange, value: append(value)))
    }

    /// Appends a field with a value made at run time.
    public mutating func append(_ name: StaticString, _ value: String) {
        let nameRange = append(name)
        fields.append(Field(name: nameRange, value: append(value)))
    }

    /// Appends a field with a value in decimal digits.
    public mutating func append(_ name: StaticString, _ value: Int) {
        append(name, String(value))
    }

    /// Appends a field whose name too is made at run time.
    public mutating func append(name: String, value: String) {
        let nameRange = append(name)
        fields.append(Field(name: nameRange, value: append(value)))
    }

    /// Appends a field that came off the wire.
    mutating func append(received name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        let middle = bytes.count
        bytes.append(contentsOf: value)
        let field = Field(name: start..<middle, value: middle..<bytes.count)
        guard name.first == UInt8(ascii: ":") else {
            fields.append(field)
            return
        }
        // nghttp2 has refused the block already when a pseudo field is unknown, or there twice.
        for kind in Pseudo.allCases where matches(field.name, kind.name) {
            pseudo[kind.rawValue] = field
        }
    }

    private mutating func set(_ kind: Pseudo, _ value: String) {
        let nameRange = append(kind.name)
        pseudo[kind.rawValue] = Field(name: nameRange, value: append(value))
    }

    private mutating func append(_ literal: StaticString) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
        return start..<bytes.count
    }

    private mutating func append(_ text: String) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        return start..<bytes.count
    }
}

extension HeaderBlock.Pseudo {
    /// The name on the wire.
    var name: StaticString {
        switch self {
        case .method: ":method"
        case .scheme: ":scheme"
        case .authority: ":authority"
        case .path: ":path"
        case .status: ":status"
        }
    }
}
