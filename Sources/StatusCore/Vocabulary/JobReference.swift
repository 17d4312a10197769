/// The place of a job in its table: reaches the record without hashing the task id.
///
/// It stays harmless for ever: the generation tells a job from a later one in the same place, so a stale reference
/// is recognised and never reaches another job. One that came from binding also carries the number of that binding,
/// by which updates through an older handle are told from those of the present owner.
/// Two references are equal when they name the same job.
public struct JobReference: Hashable, Sendable {
    internal let slot: Slot
    internal let generation: UInt32
    internal let stripe: UInt16
    /// 0 unless it came from binding.
    internal let binding: UInt16

    internal init(stripe: UInt16, slot: Slot, generation: UInt32, binding: UInt16) {
        self.slot = slot
        self.generation = generation
        self.stripe = stripe
        self.binding = binding
    }

    public static func == (left: JobReference, right: JobReference) -> Bool {
        left.slot == right.slot && left.generation == right.generation && left.stripe == right.stripe
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(slot)
        hasher.combine(generation)
        hasher.combine(stripe)
    }
}

/// The number of a record within its stripe.
internal struct Slot: Hashable, Sendable, BitwiseCopyable {
    internal let rawValue: UInt32
    /// No record.
    internal static let none = Slot(UInt32.max)

    @inline(__always) internal init(_ rawValue: UInt32) { self.rawValue = rawValue }
}
