/// The fuzzer's bytes, read from the front; when there are none left, reads give zero.
public struct Input {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    public var isEmpty: Bool { position == bytes.count }

    public mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next `count` bytes, or as many as are left.
    public mutating func take(_ count: Int = .max) -> UnsafeRawBufferPointer {
        let end = position + min(count, bytes.count - position)
        defer { position = end }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
    }
}
