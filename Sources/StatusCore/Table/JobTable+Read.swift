internal import Bytes

extension JobTable {
    /// Finds a job by its id.
    public func find(_ id: TaskID, of tenant: TenantID = .sole, at now: Instant) -> Lookup {
        if id.length > 16 { return findMedium(id, of: tenant, at: now) }
        return findAtHand(id, tenant, isShort: true, at: now)
    }

    /// The same for an id of 17 characters or more. A function of its own, with the arguments of the other, so that
    /// little is alive across the call.
    @inline(never)
    private func findMedium(_ id: TaskID, of tenant: TenantID, at now: Instant) -> Lookup {
        if id.count > JobRecord.shortIDLength { return findAnywhere(id, of: tenant, at: now) }
        return findAtHand(id, tenant, isShort: false, at: now)
    }

    @inline(__always)
    private func findAtHand(_ id: TaskID, _ tenant: TenantID, isShort: Bool, at now: Instant) -> Lookup {
        guard let (number, slot, lock, start) = slotAtHand(id, tenant, isShort: isShort) else {
            return findAnywhere(id, of: tenant, at: now)
        }
        let (generation, expiresAt) = unsafe RecordStore.lifetime(of: slot, at: recordBase.pointer)
        guard lock.isStill(at: start) else { return findAnywhere(id, of: tenant, at: now) }
        return JobTable.judge(number, slot, generation, expiresAt, at: now)
    }

    /// Copies a job out, found by its id: the status check. It waits for nobody and makes nobody wait, unless the
    /// job's stripe changes all the while. Allocates nothing once the snapshot has grown to the size of the texts.
    /// The snapshot is meaningless unless the job is found.
    public func read(
        _ id: TaskID,
        of tenant: TenantID = .sole,
        at now: Instant,
        into snapshot: JobSnapshot
    ) -> Lookup {
        if id.length > 16 { return readMedium(id, of: tenant, at: now, into: snapshot) }
        return readAtHand(id, tenant, isShort: true, at: now, into: snapshot)
    }

    /// The same for an id of 17 characters or more.
    @inline(never)
    private func readMedium(
        _ id: TaskID,
        of tenant: TenantID,
        at now: Instant,
        into snapshot: JobSnapshot
    ) -> Lookup {
        if id.count > JobRecord.shortIDLength { return readAnywhere(id, of: tenant, at: now, into: snapshot) }
        return readAtHand(id, tenant, isShort: false, at: now, into: snapshot)
    }

    @inline(__always)
    private func readAtHand(
        _ id: TaskID,
        _ tenant: TenantID,
        isShort: Bool,
        at now: Instant,
        into snapshot: JobSnapshot
    ) -> Lookup {
        guard let (number, slot, lock, start) = slotAtHand(id, tenant, isShort: isShort) else {
            return readAnywhere(id, of: tenant, at: now, into: snapshot)
        }
        unsafe RecordStore.copy(slot, at: recordBase.pointer, to: &snapshot.copy.pointee.record)
        guard lock.isStill(at: start) else { return readAnywhere(id, of: tenant, at: now, into: snapshot) }
        let generation = snapshot.record.generation
        let outcome = JobTable.judge(number, slot, generation, snapshot.record.expiresAt, at: now)
        guard case .found(let reference) = outcome else { return outcome }
        unsafe snapshot.copy.pointee.place = reference
        unsafe snapshot.copy.pointee.readAt = now
        if snapshot.record.detail == .none { return outcome }
        unsafe snapshot.copy.pointee.moment = start
        return readWords(id, of: tenant, at: now, into: snapshot)
    }

    /// Goes on with a read whose record has been copied: takes the words, from the moment that the snapshot notes.
    @inline(never)
    private func readWords(
        _ id: TaskID,
        of tenant: TenantID,
        at now: Instant,
        into snapshot: JobSnapshot
    ) -> Lookup {
        let place = unsafe snapshot.copy.pointee.place
        let lock = stripes.lock(of: Int(place.stripe))
        let start = unsafe snapshot.copy.pointee.moment
        let isWhole = unsafe snapshot.copy.pointee.complete(place, at: now, from: sources) { lock.isStill(at: start) }
        return isWhole ? .found(place) : readAnywhere(id, of: tenant, at: now, into: snapshot)
    }

    /// The slot of the job that has that name, in the moment that the lock's sequence tells: if nothing stands in the
    /// way of the first look. Straight on, so that the processor can fetch the next job while it waits for this one.
    ///
    /// Here the sequence is not asked before the slot is followed, because any word that may stand at a slot's place
    /// leads to memory that stays readable: all that the arena of the indexes ever holds is groups, aligned to a
    /// cache line, so the word is a slot that was in use once, or 0 where a block was cleared. Record 0 lies in the
    /// first chunk, which is given memory before any other, and so before a tag could be seen at all.
    @inline(__always)
    private func slotAtHand(
        _ id: TaskID,
        _ tenant: TenantID,
        isShort: Bool
    ) -> (number: Int, Slot, StripeLock, start: UInt64)? {
        let hash = isShort ? hash.short(id, of: tenant) : hash.medium(id, of: tenant)
        let number = stripe(of: hash)
        guard let (lock, start, first) = stripes.beginCopy(trusted: number), let table = GroupTable(packed: first),
            let slot = table.firstSlot(hash),
            unsafe RecordStore.isNamed(slot, id, of: tenant, isShort: isShort, at: recordBase.pointer)
        else { return nil }
        return (number, slot, lock, start)
    }

    /// Copies a job out, by its place; false when the job is gone or its time over.
    public func read(_ reference: JobReference, at now: Instant, into snapshot: JobSnapshot) -> Bool {
        read(reference, at: now, into: snapshot) { _ in true }
    }

    /// The same, and false too when `isWanted` says no to the record: its words are not copied then.
    @inline(__always)
    internal func read(
        _ reference: JobReference,
        at now: Instant,
        into snapshot: JobSnapshot,
        where isWanted: (borrowing JobRecord) -> Bool
    ) -> Bool {
        // That of a snapshot into which nothing was read yet names no slot.
        guard reference.slot.rawValue < recordLimit else { return false }
        let number = Int(reference.stripe)
        let lock = stripes.lock(of: number)
        for round in 0..<JobTable.unlockedTries {
            guard let start = round == 0 ? lock.beginCopy() : lock.beginCopyAgain() else { continue }
            unsafe RecordStore.copy(reference.slot, at: recordBase.pointer, to: &snapshot.copy.pointee.record)
            guard lock.isStill(at: start) else { continue }
            // The slot may have come to another stripe in the middle of the copy, which this one's sequence does not
            // tell; but its generation does, which that stripe wrote before anything else.
            let (generation, _) = unsafe RecordStore.lifetime(of: reference.slot, at: recordBase.pointer)
            guard generation == reference.generation else { return false }
            let record = snapshot.record
            guard record.generation == reference.generation, record.idLength > 0, record.expiresAt > now.wall,
                isWanted(record)
            else { return false }
            let isWhole = unsafe snapshot.copy.pointee.complete(reference, at: now, from: sources) {
                lock.isStill(at: start)
            }
            if isWhole { return true }
        }
        return withStripe(number) { stripe in
            guard let slot = stripe.slot(of: reference, at: now), isWanted(stripe.jobs[slot]) else { return false }
            unsafe stripe.copy(reference, at: now, from: sources, into: &snapshot.copy.pointee)
            return true
        }
    }

    /// How often a reader tries without the lock, with a pause before each try but the first: about two microseconds
    /// in all, in which most changes are over. One that is not was descheduled in the middle, and waiting for the lock
    /// lets it go on.
    private static let unlockedTries = 64

    /// Finds a job wherever it is: without the lock if that succeeds, else with it, which also tells of expired ones.
    @inline(never)
    private func findAnywhere(_ id: TaskID, of tenant: TenantID, at now: Instant) -> Lookup {
        let hash = hash(id, of: tenant)
        let number = stripe(of: hash)
        var found: Lookup?
        withSlot(number, id, tenant, hash) { slot, isStill in
            let (generation, expiresAt) = unsafe RecordStore.lifetime(of: slot, at: recordBase.pointer)
            guard isStill() else { return false }
            found = JobTable.judge(number, slot, generation, expiresAt, at: now)
            return true
        }
        return found ?? withStripe(number) { $0.look(id, of: tenant, hash, at: now) }
    }

    /// Copies a job out wherever it is, in the same way.
    @inline(never)
    private func readAnywhere(
        _ id: TaskID,
        of tenant: TenantID,
        at now: Instant,
        into snapshot: JobSnapshot
    ) -> Lookup {
        let hash = hash(id, of: tenant)
        let number = stripe(of: hash)
        return unsafe readAnywhere(number, id, tenant, hash, at: now, into: &snapshot.copy.pointee)
    }

    @inline(__always)
    private func readAnywhere(
        _ number: Int,
        _ id: TaskID,
        _ tenant: TenantID,
        _ hash: UInt64,
        at now: Instant,
        into copy: inout JobCopy
    ) -> Lookup {
        var found: Lookup?
        withSlot(number, id, tenant, hash) { slot, isStill in
            unsafe RecordStore.copy(slot, at: recordBase.pointer, to: &copy.record)
            guard isStill() else { return false }
            let outcome = JobTable.judge(number, slot, copy.record.generation, copy.record.expiresAt, at: now)
            if case .found(let reference) = outcome {
                guard copy.complete(reference, at: now, from: sources, while: isStill) else { return false }
            }
            found = outcome
            return true
        }
        if let found { return found }
        return withStripe(number) { stripe in
            let found = stripe.look(id, of: tenant, hash, at: now)
            if case .found(let reference) = found { stripe.copy(reference, at: now, from: sources, into: &copy) }
            return found
        }
    }

    @inline(__always)
    private static func judge(
        _ number: Int,
        _ slot: Slot,
        _ generation: UInt32,
        _ expiresAt: Int64,
        at now: Instant
    ) -> Lookup {
        guard expiresAt > now.wall else { return .expired(at: expiresAt) }
        let stripe = UInt16(truncatingIfNeeded: number)
        return .found(JobReference(stripe: stripe, slot: slot, generation: generation, binding: 0))
    }

    /// Calls `body` with the slot of the job that has that name, until it returns true: it copies what it wants, asks
    /// whether all that was of one moment, and returns false when it was not. Calls it not at all, or not again, when
    /// there is no such job, its id is a long one, or the stripe changes all the while.
    @inline(__always)
    private func withSlot(
        _ number: Int,
        _ id: TaskID,
        _ tenant: TenantID,
        _ hash: UInt64,
        _ body: (_ slot: Slot, _ isStill: () -> Bool) -> Bool
    ) {
        // Whether a long id is the right one its stripe says.
        if id.count > JobRecord.shortIDLength { return }
        let lock = stripes.lock(of: number)
        let base = unsafe recordBase.pointer
        for round in 0..<JobTable.unlockedTries {
            guard let start = round == 0 ? lock.beginCopy() : lock.beginCopyAgain() else { continue }
            var isTorn = false
            let look = { (slot: Slot) -> Bool in
                // A slot that was read in a moment that is over may be none at all.
                if !lock.isStill(at: start) {
                    isTorn = true
                    return true
                }
                return unsafe RecordStore.mayBeNamed(slot, id, of: tenant, at: base)
            }
            let words = stripes.readerWords(number)
            var place = GroupTable(packed: words.first)?.find(hash, look)
            if place == nil, words.second != 0 { place = GroupTable(packed: words.second)?.find(hash, look) }
            if isTorn { continue }
            guard let place else { return }
            if body(place.slot, { lock.isStill(at: start) }) { return }
        }
    }
}

extension Stripe {
    /// Copies the job at `reference` out, which is there.
    internal func copy(
        _ reference: JobReference,
        at now: Instant,
        from sources: MemorySources,
        into copy: inout JobCopy
    ) {
        copy.record = jobs[reference.slot]
        _ = copy.complete(reference, at: now, from: sources) { true }
    }
}

extension JobCopy {
    /// Takes all that hangs off the record, which is there, for as long as `isStill`; false when that ended in the
    /// middle.
    @inline(__always)
    internal mutating func complete(
        _ place: JobReference,
        at now: Instant,
        from sources: MemorySources,
        while isStill: () -> Bool
    ) -> Bool {
        self.place = JobReference(stripe: place.stripe, slot: place.slot, generation: place.generation, binding: 0)
        readAt = now
        return record.detail == .none || takeWords(from: sources, while: isStill)
    }

    private mutating func takeWords(from sources: MemorySources, while isStill: () -> Bool) -> Bool {
        detail = unsafe CellPool.address(record.detail, in: sources.details).sharedCopy(as: JobDetail.self)
        guard isStill() else { return false }
        texts.removeAll()
        return append(detail.unit, 0, from: sources.texts, while: isStill)
            && append(detail.stepName, 1, from: sources.texts, while: isStill)
            && append(detail.note, 2, from: sources.texts, while: isStill)
            && append(detail.failureCode, 3, from: sources.texts, while: isStill)
            && append(detail.failureText, 4, from: sources.texts, while: isStill)
            && append(detail.cancelReason, 5, from: sources.texts, while: isStill)
            && append(detail.origin, 6, from: sources.texts, while: isStill)
    }

    @inline(__always)
    private mutating func append(
        _ run: TextRun,
        _ number: Int,
        from source: SlabSource,
        while isStill: () -> Bool
    ) -> Bool {
        guard CellPool.append(run, of: source, to: &texts, while: isStill) else { return false }
        ends[number] = UInt32(texts.count)
        return true
    }
}
