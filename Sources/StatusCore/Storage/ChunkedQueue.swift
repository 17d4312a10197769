/// A first-in first-out queue of plain values in chunks of 4 KiB or so, with access by position.
///
/// Appending and taking never move what is there, and what is taken gives its memory back chunk by chunk.
@safe
internal struct ChunkedQueue<Element: BitwiseCopyable>: ~Copyable {
    private var chunks: [UnsafeMutablePointer<Element>]
    /// How many elements of the first chunk are gone.
    private var gone = 0
    internal private(set) var count = 0

    /// Elements a chunk.
    private static var perChunk: Int { 256 }

    internal init() {
        unsafe chunks = []
    }

    deinit {
        for index in unsafe chunks.indices { unsafe chunks[index].deallocate() }
    }

    /// The element at `position`, 0 being the oldest.
    internal subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count, "position \(position) of \(count)")
        let place = gone + position
        return unsafe chunks[place / Self.perChunk][place % Self.perChunk]
    }

    internal mutating func append(_ element: Element) {
        let place = gone + count
        if unsafe place == chunks.count * Self.perChunk { unsafe chunks.append(.allocate(capacity: Self.perChunk)) }
        unsafe (chunks[place / Self.perChunk] + place % Self.perChunk).initialize(to: element)
        count += 1
    }

    /// Takes the oldest element.
    internal mutating func takeFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = self[0]
        gone += 1
        count -= 1
        if gone == Self.perChunk {
            unsafe chunks.removeFirst().deallocate()
            gone = 0
        }
        return element
    }
}
