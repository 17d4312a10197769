/// Who watches the jobs of one stripe. Used under the stripe's lock only; knows slots, and nothing of records.
///
/// A watcher is waiting, or pending: woken, and not yet taken by its event loop. Watchers of one slot that share a
/// mailbox form a group, and it is groups that are woken, so a change costs no more than there are event loops,
/// however many watch the job; what is done for each watcher is done where its loop takes it, a bounded number at a
/// time. A wake-up says that something may have changed, and may come without a change; it is never lost.
///
/// Whoever changes a record need only call ``wake(_:)`` while the record's bit for it is set. The bit must be set
/// whenever some watcher of the slot waits: by whoever adds one, and for the slots that ``take(_:limit:into:)`` names.
///
/// Invariants:
/// - `watchers` is in the order of numbers, which finds a number by bisection; removed ones stay as gaps until the
///   list is packed, which happens often enough that at least two fifths of the capacity are in use.
/// - The watchers of a group form a ring. Those from the group's `cursor` to the end of the ring are pending, those
///   before it wait; a group none of whose watchers is pending has no cursor.
/// - The groups with a cursor form a ring for each mailbox, oldest first, whose head stands in `heads` at the rank
///   of the mailbox within `pendingMailboxes`.
internal struct WatchList: ~Copyable {
    /// One watcher: 32 bytes.
    internal struct Watcher {
        internal let number: WatchNumber
        internal let token: UInt64
        /// None: removed.
        internal var group: GroupPlace
        internal var next = WatcherPlace.none
        internal var previous = WatcherPlace.none
    }

    /// The watchers of one slot that share a mailbox: 28 bytes.
    internal struct Group {
        /// None when the job is gone.
        internal var slot: Slot
        /// None: this place is free.
        internal var first = WatcherPlace.none
        /// The first watcher that is pending.
        internal var cursor = WatcherPlace.none
        /// The next group of the slot, or the next free place.
        internal var nextOfSlot: GroupPlace
        internal var nextPending = GroupPlace.none
        internal var previousPending = GroupPlace.none
        internal let mailbox: MailboxIndex
    }

    internal var watchers: [Watcher] = []
    internal var groups: [Group] = []
    /// The first group of each slot that has watchers.
    internal var slots: [Slot: GroupPlace] = [:]
    internal var heads: [GroupPlace] = []
    internal var pendingMailboxes = MailboxMask()
    internal var firstFreeGroup = GroupPlace.none
    /// How many watchers there are.
    internal private(set) var count = 0
    private let limit: Int
    private var lastNumber: UInt64 = 0

    /// An empty list, which owns no memory, for up to `limit` watchers.
    internal init(limit: Int = Limits.watchersPerStripe) {
        precondition(limit >= 0 && limit <= Limits.watchersPerStripe, "a limit of \(limit) watchers")
        self.limit = limit
    }

    /// Adds a watcher of `slot`; nil when there are too many. The caller sets the record's bit.
    ///
    /// It waits for the next change, but is woken at once with others of its group that are pending already.
    internal mutating func add(_ slot: Slot, _ mailbox: MailboxIndex, token: UInt64) -> WatchNumber? {
        guard count < limit else { return nil }
        makeRoom()
        let group = group(of: slot, mailbox) ?? makeGroup(slot, mailbox)
        lastNumber += 1
        let number = WatchNumber(lastNumber)
        let place = WatcherPlace(watchers.count)
        watchers.append(Watcher(number: number, token: token, group: group))
        link(place, into: group)
        count += 1
        return number
    }

    /// Removes a watcher, pending or not; does nothing when it is no longer there.
    /// - Returns: the slot that has no watcher any more, if this was the last one of a job that is not gone.
    @discardableResult
    internal mutating func remove(_ number: WatchNumber) -> Slot? {
        guard let place = place(of: number) else { return nil }
        let group = watchers[place].group
        unlink(place, from: group)
        watchers[place].group = .none
        count -= 1
        let abandoned = groups[group].first == .none ? drop(group) : nil
        giveRoomBack()
        return abandoned
    }

    /// True when somebody watches `slot`.
    internal func hasWatchers(_ slot: Slot) -> Bool { slots[slot] != nil }

    /// Where the watcher with that number is.
    private func place(of number: WatchNumber) -> WatcherPlace? {
        var low = 0
        var high = watchers.count
        while low < high {
            let middle = (low + high) / 2
            if watchers[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < watchers.count, watchers[low].number == number, watchers[low].group != .none else { return nil }
        return WatcherPlace(low)
    }
}

/// An index into the watchers of a list; good until the list is packed.
internal struct WatcherPlace: Equatable {
    internal let rawValue: UInt32
    internal static let none = WatcherPlace(Int(UInt32.max))

    @inline(__always) internal init(_ index: Int) { rawValue = UInt32(truncatingIfNeeded: index) }
}

/// An index into the groups of a list; good until the list is packed.
internal struct GroupPlace: Equatable {
    internal let rawValue: UInt32
    internal static let none = GroupPlace(Int(UInt32.max))

    @inline(__always) internal init(_ index: Int) { rawValue = UInt32(truncatingIfNeeded: index) }
}

extension Array {
    internal subscript(place: WatcherPlace) -> Element where Element == WatchList.Watcher {
        @inline(__always) get { self[Int(place.rawValue)] }
        @inline(__always) _modify { yield &self[Int(place.rawValue)] }
    }

    internal subscript(place: GroupPlace) -> Element where Element == WatchList.Group {
        @inline(__always) get { self[Int(place.rawValue)] }
        @inline(__always) _modify { yield &self[Int(place.rawValue)] }
    }
}
