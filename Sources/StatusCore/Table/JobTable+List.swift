extension JobTable {
    /// Visits jobs that match `filter`, newest first, from after `cursor` on; returns where to go on, or nil at the
    /// end.
    ///
    /// A job that exists during the whole walk is visited exactly once, whatever else comes, goes or changes. A new one
    /// that is not on disk yet is passed over: it is newer than what any later page has. A page visits at most `limit`
    /// jobs and looks at no more than ``Limits/examinedPerPage``, so it may visit fewer, or none, before the end. It
    /// holds the lock of one stripe at a time, for a few records.
    /// - Parameters:
    ///   - limit: 1 to ``Limits/pageLength``; what lies beyond is brought into that range.
    ///   - visit: called under no lock, with a snapshot that is good for the call only.
    public func list(
        _ filter: ListFilter,
        after cursor: ListCursor?,
        limit: Int,
        at now: Instant,
        visit: (JobSnapshot) -> Void
    ) -> ListCursor? {
        let limit = min(max(limit, 1), Limits.pageLength)
        let snapshot = JobSnapshot()
        var walk = ListWalk(of: self, after: cursor, expecting: filter.isEmpty ? limit : Limits.examinedPerPage)
        var visited = 0
        var last = cursor
        for _ in 0..<Limits.examinedPerPage {
            guard let (entry, stripe) = walk.next(in: self) else { return nil }
            last = ListCursor(key: entry.key, stripe: UInt16(stripe))
            guard copy(entry, of: stripe, filter, at: now, into: snapshot) else { continue }
            visit(snapshot)
            visited += 1
            if visited == limit { break }
        }
        return walk.isAtEnd ? nil : last
    }

    /// Copies the job of `entry` out if it is still there and matches; takes no lock, as a status check does.
    private func copy(
        _ entry: CreationLog.Entry,
        of stripe: Int,
        _ filter: ListFilter,
        at now: Instant,
        into snapshot: JobSnapshot
    ) -> Bool {
        let place = JobReference(
            stripe: UInt16(truncatingIfNeeded: stripe),
            slot: entry.slot,
            generation: entry.generation,
            binding: 0
        )
        return read(place, at: now, into: snapshot) { $0.matches(filter) } && snapshot.matches(filter)
    }
}

extension JobRecord {
    /// As far as the record itself can tell.
    fileprivate func matches(_ filter: ListFilter) -> Bool {
        if tenant != filter.tenant || flags.contains(.unwritten) { return false }
        if let status = filter.status, status != visibleState { return false }
        return filter.type == nil && filter.labels.isEmpty || detail != .none
    }
}

extension JobSnapshot {
    /// As far as the words of the submission tell.
    fileprivate func matches(_ filter: ListFilter) -> Bool {
        if let type = filter.type, unsafe !originText(.type).elementsEqual(type.utf8) { return false }
        return filter.labels.allSatisfy { wanted in
            var isThere = false
            unsafe Origin.forEachLabel(in: originText(.labels)) { key, value in
                isThere = unsafe key.elementsEqual(wanted.key.utf8) && value.elementsEqual(wanted.value.utf8)
                return !isThere
            }
            return isThere
        }
    }
}
