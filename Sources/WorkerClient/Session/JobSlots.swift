/// The open jobs, found by the number that stands for them on the wire.
///
/// Numbers are given out from the lowest and used again, last freed first: on the wire a small one takes one byte.
struct JobSlots {
    private var entries: [JobEntry?] = []
    private var generations: [UInt32] = []
    private var free: [UInt32] = []

    /// The number of jobs held.
    private(set) var count = 0

    mutating func insert(_ entry: JobEntry) -> JobHandle {
        count += 1
        if let number = free.popLast() {
            entries[Int(number)] = entry
            return JobHandle(rawValue: number, generation: generations[Int(number)])
        }
        entries.append(entry)
        generations.append(0)
        return JobHandle(rawValue: UInt32(entries.count - 1), generation: 0)
    }

    mutating func remove(_ handle: JobHandle) {
        guard self[handle] != nil else { return }
        entries[Int(handle.rawValue)] = nil
        generations[Int(handle.rawValue)] &+= 1
        free.append(handle.rawValue)
        count -= 1
    }

    /// The job, or nil when its number belongs to another one, or to none, by now.
    subscript(handle: JobHandle) -> JobEntry? {
        get {
            isCurrent(handle) ? entries[Int(handle.rawValue)] : nil
        }
        _modify {
            if isCurrent(handle) {
                yield &entries[Int(handle.rawValue)]
            } else {
                var none: JobEntry?
                yield &none
            }
        }
    }

    /// The job that has this number at present.
    func handle(onWire number: UInt32) -> JobHandle? {
        guard number < entries.count, entries[Int(number)] != nil else { return nil }
        return JobHandle(rawValue: number, generation: generations[Int(number)])
    }

    /// All jobs, lowest number first.
    var handles: [JobHandle] {
        entries.indices.compactMap { handle(onWire: UInt32($0)) }
    }

    private func isCurrent(_ handle: JobHandle) -> Bool {
        handle.rawValue < entries.count && generations[Int(handle.rawValue)] == handle.generation
    }
}
