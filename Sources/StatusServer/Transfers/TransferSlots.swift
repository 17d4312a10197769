import Synchronization

/// How many results may be on their way in at once, so that their compressors and buffers have a bound.
final class TransferSlots: Sendable {
    private let free: Atomic<Int>
    /// Those that nobody is sending at the moment. They make room for others.
    let broken = BrokenTransfers()

    init(_ count: Int) {
        free = Atomic(count)
    }

    /// A place for one result, or nil when all are taken. Any thread.
    func take() -> Slot? {
        repeat {
            if free.subtract(1, ordering: .relaxed).newValue >= 0 { return Slot(self) }
            free.add(1, ordering: .relaxed)
        } while broken.dropFirst()
        return nil
    }

    /// A place that is free again when nobody holds it any more.
    final class Slot: Sendable {
        private let slots: TransferSlots

        fileprivate init(_ slots: TransferSlots) {
            self.slots = slots
        }

        deinit {
            slots.free.add(1, ordering: .relaxed)
        }
    }
}
