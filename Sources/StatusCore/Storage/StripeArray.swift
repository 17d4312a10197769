/// A fixed number of stripes, each with its own lock, in cache lines that it shares with no other.
///
/// Sendable, because its own fields never change and what they point to is used under the locks only.
@safe
internal struct StripeArray<Content: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    internal let count: Int

    /// Bytes from one stripe to the next: whole pairs of cache lines, which is what processors fetch.
    private static var stride: Int { (StripeLock.size + MemoryLayout<Content>.size + 127) / 128 * 128 }

    /// `count` stripes with what `make` makes for each.
    internal init(count: Int, _ make: (_ index: Int) -> Content) {
        self.count = count
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: count * Self.stride, alignment: 128)
        for index in 0..<count {
            let memory = unsafe base + index * Self.stride
            unsafe StripeLock.create(at: memory)
            unsafe (memory + StripeLock.size).bindMemory(to: Content.self, capacity: 1).initialize(to: make(index))
        }
    }

    deinit {
        for index in 0..<count {
            let memory = unsafe base + index * Self.stride
            unsafe StripeLock(at: memory).destroy()
            unsafe (memory + StripeLock.size).assumingMemoryBound(to: Content.self).deinitialize(count: 1)
        }
        unsafe base.deallocate()
    }

    /// Calls `body` with one stripe's content, under its lock.
    @inline(__always)
    internal func withLock<R>(_ index: Int, _ body: (inout Content) -> R) -> R {
        precondition(index >= 0 && index < count, "no such stripe")
        let memory = unsafe base + index &* Self.stride
        let lock = unsafe StripeLock(at: memory)
        lock.lock()
        defer { lock.unlock() }
        return unsafe body(&(memory + StripeLock.size).assumingMemoryBound(to: Content.self).pointee)
    }
}
