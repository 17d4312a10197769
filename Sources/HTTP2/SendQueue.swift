/// The bytes of one body that wait to be framed: appended at the end, taken from the front.
///
/// One run of memory; it moves its content to the front when the end is reached, and doubles when it is full. Each
/// byte is moved at most once for each time that its queue's size was taken in between, so the cost is linear.
struct SendQueue: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    /// Where the first byte stands.
    private var start = 0
    /// The number of bytes that wait.
    private(set) var count = 0

    init() {}

    deinit {
        base?.deallocate()
    }

    /// Appends a copy of `bytes`.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if start + count + bytes.count > capacity { makeRoom(bytes.count) }
        base!.advanced(by: start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Moves up to `limit` bytes to `target` and returns how many.
    mutating func take(into target: UnsafeMutableRawPointer, limit: Int) -> Int {
        let length = min(count, limit)
        guard length > 0 else { return 0 }
        target.copyMemory(from: base!.advanced(by: start), byteCount: length)
        start += length
        count -= length
        if count == 0 { rest() }
        return length
    }

    /// Forgets the content and gives the memory back.
    mutating func removeAll() {
        base?.deallocate()
        base = nil
        capacity = 0
        start = 0
        count = 0
    }

    /// Empty: the next byte goes to the front, and a large body's memory is given back.
    private mutating func rest() {
        start = 0
        if capacity > HTTP2Limits.idleQueueCapacity { removeAll() }
    }

    private mutating func makeRoom(_ extra: Int) {
        let wanted = count + extra
        if let base, wanted <= capacity / 2 {
            base.copyMemory(from: base.advanced(by: start), byteCount: count)
            start = 0
            return
        }
        let size = max(256, capacity * 2, wanted)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        if let base {
            fresh.copyMemory(from: base.advanced(by: start), byteCount: count)
            base.deallocate()
        }
        base = fresh
        capacity = size
        start = 0
    }
}
