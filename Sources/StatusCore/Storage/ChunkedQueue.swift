/// A first-in first-out queue of plain values in chunks of a few KiB, with access by position.
///
/// Appending and taking never move what is there, and what is taken gives its memory back chunk by chunk. No call
/// takes or clears more memory at once than two chunks and a word for each 131,072 elements.
@safe
internal struct ChunkedQueue<Element: BitwiseCopyable>: ~Copyable {
    private typealias Chunk = UnsafeMutablePointer<Element>

    /// Pages of pointers to chunks: 131,072 elements each, so that this array stays short.
    private var pages: [UnsafeMutablePointer<Chunk>]
    /// How many elements of the first page are gone.
    private var gone = 0
    internal private(set) var count = 0

    /// Elements a chunk.
    private static var perChunk: Int { 256 }
    /// Chunks a page.
    private static var perPage: Int { 512 }
    private static var elementsPerPage: Int { perChunk * perPage }

    internal init() {
        unsafe pages = []
    }

    deinit {
        let chunks = gone / Self.perChunk..<(gone + count + Self.perChunk - 1) / Self.perChunk
        for chunk in chunks { unsafe pages[chunk / Self.perPage][chunk % Self.perPage].deallocate() }
        for page in unsafe pages.indices { unsafe pages[page].deallocate() }
    }

    /// The element at `position`, 0 being the oldest.
    internal subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count, "position \(position) of \(count)")
        return unsafe address(gone + position).pointee
    }

    /// The address of the element at `place`, counted from the start of the first page.
    @inline(__always)
    private func address(_ place: Int) -> Chunk {
        let chunk = unsafe pages[place / Self.elementsPerPage][place / Self.perChunk % Self.perPage]
        return unsafe chunk + place % Self.perChunk
    }

    /// Bytes that are taken for elements, present, gone or to come, and for pages.
    internal var bytes: Int {
        let first = gone / Self.perChunk
        let chunks = (gone + count + Self.perChunk - 1) / Self.perChunk - first
        let page = unsafe Self.perPage * MemoryLayout<Chunk>.stride
        return unsafe chunks * Self.perChunk * MemoryLayout<Element>.stride + pages.count * page
    }

    internal mutating func append(_ element: Element) {
        let place = gone + count
        if place % Self.perChunk == 0 { addChunk(at: place) }
        unsafe address(place).initialize(to: element)
        count += 1
    }

    private mutating func addChunk(at place: Int) {
        let page = place / Self.elementsPerPage
        if unsafe page == pages.count { unsafe pages.append(.allocate(capacity: Self.perPage)) }
        let chunk = Chunk.allocate(capacity: Self.perChunk)
        unsafe (pages[page] + place / Self.perChunk % Self.perPage).initialize(to: chunk)
    }

    /// Takes the oldest element.
    internal mutating func takeFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = self[0]
        let chunk = unsafe pages[0][gone / Self.perChunk]
        gone += 1
        count -= 1
        if gone % Self.perChunk == 0 { unsafe chunk.deallocate() }
        if gone == Self.elementsPerPage {
            unsafe pages.removeFirst().deallocate()
            gone = 0
        }
        return element
    }
}
