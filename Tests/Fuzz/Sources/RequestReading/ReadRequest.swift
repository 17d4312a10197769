public import HTTP1

/// A request as it was read, with every range as the bytes it stands for.
public struct ReadRequest: Equatable {
    public var method: [UInt8] = []
    public var target: [UInt8] = []
    public var minorVersion: UInt8 = 1
    /// Names and values in the order sent.
    public var fields: [Field] = []
    public var path: [UInt8] = []
    public var query: [UInt8]?
    public var host: [UInt8]?
    public var bodyLength = BodyLength.none
    public var closes = false
    public var expectsContinue = false
    public var body: [UInt8] = []
    /// True once the content is whole.
    public var isWhole = false

    public struct Field: Equatable {
        public var name: [UInt8]
        public var value: [UInt8]

        public init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// What `head` says, whose offsets count in `bytes`.
    init(_ head: RequestHead, in bytes: ArraySlice<UInt8>) {
        let text = { (range: Range<Int>) in
            Array(bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound])
        }
        method = text(head.methodRange)
        target = text(head.target)
        minorVersion = head.minorVersion
        fields = head.fields.map { Field(name: text($0.name), value: text($0.value)) }
        path = text(head.path)
        query = head.query.map(text)
        host = head.host.map(text)
        bodyLength = head.bodyLength
        closes = head.closes
        expectsContinue = head.expectsContinue
    }

    /// The values of the fields of that name, which has no capitals.
    public func values(of name: String) -> [[UInt8]] {
        fields.filter { String(decoding: $0.name, as: UTF8.self).lowercased() == name }.map(\.value)
    }
}
