/// What happened, as bytes that can be compared: two runs with the same events have equal logs.
public struct Log: Equatable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func add(_ name: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: " "))
    }

    public mutating func add(_ number: some BinaryInteger) {
        bytes.append(contentsOf: String(number).utf8)
        bytes.append(UInt8(ascii: " "))
    }

    public mutating func add(_ flag: Bool) { add(flag ? 1 : 0) }

    public mutating func add(_ number: (some BinaryInteger)?) {
        if let number { add(number) } else { add("-") }
    }

    /// Text or bytes, with their length before them.
    public mutating func add(_ text: UnsafeRawBufferPointer) {
        add(text.count)
        bytes.append(contentsOf: text)
        bytes.append(UInt8(ascii: " "))
    }

    public mutating func add(_ text: UnsafeRawBufferPointer?) {
        if let text { add(text) } else { add("-") }
    }

    public mutating func end() { bytes.append(UInt8(ascii: "\n")) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
