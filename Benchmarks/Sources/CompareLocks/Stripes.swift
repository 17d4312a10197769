import BenchSupport

/// 256 locks of one kind, each with 16 bytes that it guards.
// Sendable: the pointer never changes, and what it points to is used under the locks (and by the case without, whose
// races are the point).
final class Stripes: @unchecked Sendable {
    private static let count = 256
    /// Two cache lines, which is what processors fetch.
    private static let stride = 128
    /// Where what a lock guards lies behind it.
    private static let content = 64

    private let memory: UnsafeMutableRawPointer

    init<Kind: LockKind>(_: Kind.Type) {
        let size = Self.count * Self.stride
        memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.stride)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        for number in 0..<Self.count { Kind.create(at: memory + number * Self.stride) }
    }

    deinit {
        memory.deallocate()
    }

    /// Nanoseconds a section over `sections` of them under locks of `Kind`, which the stripes were made with.
    func time<Kind: LockKind>(_: Kind.Type, _ sections: Int, _ seed: Int) -> Double {
        var choices = Choices(among: Self.count, seed: seed)
        let start = nanoseconds()
        for number in 0..<sections {
            let stripe = memory + choices.next() &* Self.stride
            Kind.locked(stripe) {
                (stripe + Self.content).storeBytes(of: UInt64(truncatingIfNeeded: number), as: UInt64.self)
                (stripe + Self.content + 8).storeBytes(of: UInt64(truncatingIfNeeded: seed), as: UInt64.self)
            }
        }
        return Double(nanoseconds() - start) / Double(sections)
    }
}
