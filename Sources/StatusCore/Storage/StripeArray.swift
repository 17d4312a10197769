/// A fixed number of stripes, each with its own lock, in cache lines that it shares with no other.
///
/// A stripe has a line of its lock, its sequence, and two words for readers without the lock; all those lines lie
/// together, so that they stay in the nearest cache. Its content lies elsewhere and is used under the lock only.
@safe
internal struct StripeArray<Content: ~Copyable>: ~Copyable, @unchecked Sendable {
    // Sendable, because the fields never change, and what they point to is atomic or used under the locks.
    private let heads: UnsafeMutableRawPointer
    private let contents: UnsafeMutableRawPointer
    internal let count: Int

    private static var line: Int { 64 }
    private static var firstWordOffset: Int { StripeLock.size }
    private static var secondWordOffset: Int { StripeLock.size + 8 }

    /// Bytes from one content to the next: whole pairs of cache lines, which is what processors fetch.
    private static var stride: Int { (MemoryLayout<Content>.size + 127) / 128 * 128 }

    /// `count` stripes, at least one, with what `make` makes for each.
    internal init(count: Int, _ make: (_ index: Int) -> Content) {
        precondition(MemoryLayout<Content>.alignment <= 128, "alignment \(MemoryLayout<Content>.alignment)")
        precondition(count > 0, "\(count) stripes")
        self.count = count
        unsafe heads = .allocate(byteCount: count * Self.line, alignment: 128)
        unsafe heads.initializeMemory(as: UInt8.self, repeating: 0, count: count * Self.line)
        unsafe contents = .allocate(byteCount: count * Self.stride, alignment: 128)
        for index in 0..<count { unsafe content(index).initialize(to: make(index)) }
    }

    deinit {
        for index in 0..<count { unsafe content(index).deinitialize(count: 1) }
        unsafe contents.deallocate()
        unsafe heads.deallocate()
    }

    @inline(__always)
    private func head(_ index: Int) -> UnsafeMutableRawPointer {
        precondition(index >= 0 && index < count, "no such stripe")
        return unsafe heads + index &* Self.line
    }

    @inline(__always)
    private func content(_ index: Int) -> UnsafeMutablePointer<Content> {
        unsafe (contents + index &* Self.stride).assumingMemoryBound(to: Content.self)
    }

    /// The lock of a stripe, for readers that copy without taking it.
    @inline(__always)
    internal func lock(of index: Int) -> StripeLock {
        unsafe StripeLock(at: head(index))
    }

    /// What a reader begins with, of a stripe that is known to be there: its lock, the sequence, and the first word;
    /// nil while a change is under way.
    @inline(__always)
    internal func beginCopy(trusted index: Int) -> (lock: StripeLock, start: UInt64, first: UInt64)? {
        let head = unsafe heads + index &* Self.line
        let lock = unsafe StripeLock(at: head)
        guard let start = lock.beginCopy() else { return nil }
        return unsafe (lock, start, head.sharedWord(Self.firstWordOffset))
    }

    /// Calls `body` with one stripe's content, under its lock; nothing changes that readers without the lock see.
    @inline(__always)
    internal func withLock<R>(_ index: Int, _ body: (inout Content) -> R) -> R {
        let lock = lock(of: index)
        lock.lock()
        defer { lock.unlock() }
        return unsafe body(&content(index).pointee)
    }

    /// Calls `body` with one stripe's content, under its lock, to change what readers without the lock see.
    @inline(__always)
    internal func withChange<R>(_ index: Int, _ body: (inout Content) -> R) -> R {
        let lock = lock(of: index)
        lock.lock()
        lock.beginChange()
        defer {
            lock.endChange()
            lock.unlock()
        }
        return unsafe body(&content(index).pointee)
    }

    /// The two words for readers without the lock. Written within a change.
    @inline(__always)
    internal func readerWords(_ index: Int) -> (first: UInt64, second: UInt64) {
        let head = unsafe head(index)
        return unsafe (head.sharedWord(Self.firstWordOffset), head.sharedWord(Self.secondWordOffset))
    }

    /// Sets the two words, within a change of that stripe.
    @inline(__always)
    internal func setReaderWords(_ index: Int, _ first: UInt64, _ second: UInt64) {
        let head = unsafe head(index)
        unsafe head.shareWord(first, Self.firstWordOffset)
        unsafe head.shareWord(second, Self.secondWordOffset)
    }
}
