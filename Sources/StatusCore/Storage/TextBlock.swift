/// A text of its own in the C heap, or nothing. One word; whoever holds it frees it.
///
/// The block begins with its length and its capacity, four bytes each. A text that fits is written over the old one,
/// so a note that changes a thousand times allocates once.
@safe
internal struct TextBlock {
    private var base: UnsafeMutableRawPointer?

    private static let header = 8

    internal init() {
        unsafe base = nil
    }

    internal var count: Int {
        guard let base = unsafe base else { return 0 }
        return Int(unsafe base.load(as: UInt32.self))
    }

    /// The bytes, until the next change.
    internal var bytes: UnsafeRawBufferPointer {
        guard let base = unsafe base else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeRawBufferPointer(start: base + TextBlock.header, count: count)
    }

    internal func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        unsafe bytes.count == other.count && bytes.elementsEqual(other)
    }

    /// Takes a copy of `text`; empty text gives the memory back.
    internal mutating func set(_ text: UnsafeRawBufferPointer) {
        guard let source = text.baseAddress, text.count > 0 else { return free() }
        let target = unsafe reserve(text.count)
        unsafe target.copyMemory(from: source, byteCount: text.count)
    }

    /// Becomes a block of `count` bytes, not initialised, and gives their address.
    internal mutating func reserve(_ count: Int) -> UnsafeMutableRawPointer {
        if let base = unsafe base {
            let capacity = Int(unsafe base.load(fromByteOffset: 4, as: UInt32.self))
            // A block four times too large is given back: a job that once had a long note is not to keep its memory.
            if count <= capacity, capacity <= max(64, count * 4) {
                unsafe base.storeBytes(of: UInt32(count), as: UInt32.self)
                return unsafe base + TextBlock.header
            }
        }
        free()
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: TextBlock.header + count, alignment: 8)
        unsafe fresh.storeBytes(of: UInt32(count), as: UInt32.self)
        unsafe fresh.storeBytes(of: UInt32(count), toByteOffset: 4, as: UInt32.self)
        unsafe base = unsafe fresh
        return unsafe fresh + TextBlock.header
    }

    /// Gives the memory back; the text is empty from then on.
    internal mutating func free() {
        unsafe base?.deallocate()
        unsafe base = nil
    }
}
