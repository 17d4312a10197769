extension WatchList {
    /// Capacity for `count` watchers or groups and half as many again.
    internal static func roomy(_ count: Int) -> Int { count + count / 2 }

    /// Makes room for one more watcher.
    internal mutating func makeRoom() {
        if watchers.count == watchers.capacity { pack(capacity: WatchList.roomy(count + 1)) }
    }

    /// Packs the list when less than two fifths of its capacity are in use; gives everything back with the last one.
    internal mutating func giveRoomBack() {
        if count == 0 {
            watchers = []
            groups = []
            slots = [:]
            heads = []
            firstFreeGroup = .none
        } else if count * 5 < watchers.capacity * 2 {
            pack(capacity: WatchList.roomy(count))
        }
    }

    /// Closes the gaps and moves everything into memory of the right size. As many watchers as now come or go before
    /// the next time, give or take, so that each pays for about two of them.
    private mutating func pack(capacity: Int) {
        let places = packWatchers(capacity: capacity)
        let groupPlaces = packGroups(places)
        for place in watchers.indices { watchers[place].group = groupPlaces[Int(watchers[place].group.rawValue)] }
        if slots.capacity > 2 * slots.count {
            var packed: [Slot: GroupPlace] = [:]
            packed.reserveCapacity(slots.count)
            for (slot, group) in slots { packed[slot] = groupPlaces[Int(group.rawValue)] }
            slots = packed
        } else {
            slots = slots.mapValues { groupPlaces[Int($0.rawValue)] }
        }
        heads = heads.map { groupPlaces[Int($0.rawValue)] }
    }

    /// Packs the watchers; returns where each has gone.
    private mutating func packWatchers(capacity: Int) -> [WatcherPlace] {
        var places = [WatcherPlace](repeating: .none, count: watchers.count)
        var packed: [Watcher] = []
        packed.reserveCapacity(capacity)
        for place in watchers.indices where watchers[place].group != .none {
            places[place] = WatcherPlace(packed.count)
            packed.append(watchers[place])
        }
        for place in packed.indices {
            packed[place].next = places[Int(packed[place].next.rawValue)]
            packed[place].previous = places[Int(packed[place].previous.rawValue)]
        }
        watchers = packed
        return places
    }

    /// Packs the groups, whose watchers have gone to `watcherPlaces`; returns where each has gone.
    private mutating func packGroups(_ watcherPlaces: [WatcherPlace]) -> [GroupPlace] {
        var places = [GroupPlace](repeating: .none, count: groups.count)
        var used = 0
        for place in groups.indices where groups[place].first != .none {
            places[place] = GroupPlace(used)
            used += 1
        }
        func moved(_ place: GroupPlace) -> GroupPlace { place == .none ? .none : places[Int(place.rawValue)] }
        var packed: [Group] = []
        packed.reserveCapacity(min(WatchList.roomy(used), watchers.capacity))
        for var group in groups where group.first != .none {
            group.first = watcherPlaces[Int(group.first.rawValue)]
            if group.cursor != .none {
                group.cursor = watcherPlaces[Int(group.cursor.rawValue)]
                group.nextPending = moved(group.nextPending)
                group.previousPending = moved(group.previousPending)
            }
            group.nextOfSlot = moved(group.nextOfSlot)
            packed.append(group)
        }
        groups = packed
        firstFreeGroup = .none
        return places
    }

    /// The bytes of memory that the list has asked for, headers of the collections included.
    ///
    /// A dictionary of the standard library has a power of two of buckets of which it fills three quarters, one bit
    /// for each in whole words, and 64 bytes before them; an array has 32 before its elements.
    internal var bytes: Int {
        func bytes<Element>(_ array: [Element]) -> Int {
            array.capacity == 0 ? 0 : 32 + array.capacity * MemoryLayout<Element>.stride
        }
        var bytes = bytes(watchers) + bytes(groups) + bytes(heads)
        if slots.capacity > 0 {
            var buckets = 2
            while buckets * 3 / 4 < slots.capacity { buckets *= 2 }
            bytes += 64 + (buckets + 63) / 64 * 8
            bytes += buckets * (MemoryLayout<Slot>.stride + MemoryLayout<GroupPlace>.stride)
        }
        return bytes
    }
}
