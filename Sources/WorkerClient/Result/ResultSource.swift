/// A result that can be read from any offset, and again: a file, a spill file that still grows, bytes in memory. It can
/// be sent anew after the connection was lost.
public protocol ResultSource: Sendable {
    /// At least one and at most `maximum` bytes from `offset` on, or none at the end of the result. May wait for bytes
    /// that do not exist yet.
    func bytes(at offset: UInt64, atMost maximum: Int) async throws -> [UInt8]
}

/// A result in memory.
struct BytesSource: ResultSource {
    let content: [UInt8]

    func bytes(at offset: UInt64, atMost maximum: Int) -> [UInt8] {
        guard let start = Int(exactly: offset), start < content.count else { return [] }
        return Array(content[start..<min(content.count, start + maximum)])
    }
}
