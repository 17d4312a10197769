/// Borrowed UTF-8, valid for the call that it is passed to; the core copies what it keeps.
///
/// Whoever makes one has checked that the bytes are UTF-8 and keeps them alive for the call.
@safe
public struct Text {
    /// The bytes; may be empty.
    public let bytes: UnsafeRawBufferPointer

    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = unsafe bytes
    }

    /// The number of bytes.
    @inlinable public var count: Int { unsafe bytes.count }

    /// Calls `body` with `string` as borrowed text.
    public static func with<R, E: Error>(_ string: String, _ body: (Text) throws(E) -> R) throws(E) -> R {
        let bytes = Array(string.utf8)
        return try unsafe bytes.withUnsafeBufferPointer { (buffer: UnsafeBufferPointer<UInt8>) throws(E) -> R in
            try unsafe body(Text(UnsafeRawBufferPointer(buffer)))
        }
    }

    /// Calls `body` with `string` as borrowed text, or with nil.
    @_disfavoredOverload
    public static func with<R, E: Error>(_ string: String?, _ body: (Text?) throws(E) -> R) throws(E) -> R {
        guard let string else { return try body(nil) }
        return try with(string) { (text: Text) throws(E) -> R in try body(text) }
    }
}
