/// Walks the parts of a path between its slashes, from left to right, still encoded.
///
/// The path is split before anything is decoded, so that an encoded slash never separates. One slash at the end is
/// taken for none; two of them hold an empty part between them.
struct PathSegments {
    private let path: UnsafeRawBufferPointer
    private var position: Int

    /// - Parameter path: begins with a slash; any other path has no parts.
    init(_ path: UnsafeRawBufferPointer) {
        self.path = path
        self.position = path.first == UInt8(ascii: "/") ? 0 : path.count
    }

    /// The next part, or nil when the path is at its end.
    mutating func next() -> UnsafeRawBufferPointer? {
        // `position` is at a slash, or at the end.
        guard position + 1 < path.count else { return nil }
        let start = position + 1
        position = start
        while position < path.count, path[position] != UInt8(ascii: "/") { position += 1 }
        return UnsafeRawBufferPointer(rebasing: path[start..<position])
    }
}
