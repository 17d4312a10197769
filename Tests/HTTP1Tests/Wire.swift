import Testing

/// Bytes of a test case, shown escaped so that reports stay on one line.
struct Wire: ExpressibleByStringLiteral, CustomTestStringConvertible, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    init(stringLiteral text: String) { self.text = text }

    var bytes: [UInt8] { Array(text.utf8) }

    var testDescription: String { text.debugDescription }

    /// Calls `body` with the bytes as a borrowed buffer.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { bytes.withUnsafeBytes(body) }
}
