import StatusCore

/// The walks of a ``TypeFeed`` over the jobs of its type: one over all of them, and further ones, over what has changed
/// since the walk before began, for as long as the feed follows not all that live. No table and no clock.
struct TypeWalk {
    let filter: ListFilter
    private(set) var cursor: ListCursor?
    /// Jobs that have not changed since then are known to the client: milliseconds since 1970 UTC.
    private(set) var since = Int64.min
    /// When to look at the next page, in monotonic milliseconds; nil: there is no walk to come.
    private(set) var nextAt: Int64?
    /// Nothing of the present walk was looked at yet.
    private(set) var isBeginning = true
    private var beganAt: Int64

    init(type: String, at now: Instant) {
        filter = ListFilter(type: type)
        nextAt = now.monotonic
        beganAt = now.wall
    }

    func isDue(at now: Instant) -> Bool {
        nextAt.map { $0 <= now.monotonic } ?? false
    }

    /// A page was looked at, and the next begins at `next`; nil: there is none.
    ///
    /// - Parameter isIncomplete: the walk is to be followed by another.
    mutating func advance(to next: ListCursor?, isIncomplete: Bool, at now: Instant) {
        if isBeginning { beganAt = now.wall }
        isBeginning = false
        cursor = next
        guard next == nil else { return }
        nextAt = nil
        if isIncomplete { repeatSoon(at: now) }
    }

    /// Something that lives is not followed: another walk is wanted, unless one is under way.
    mutating func repeatSoon(at now: Instant) {
        guard nextAt == nil else { return }
        // Whoever changes a job tells the time a little before.
        since = beganAt - BridgeLimits.feedWalkOverlap
        beganAt = now.wall
        isBeginning = true
        nextAt = now.monotonic + BridgeLimits.feedWalkInterval
    }
}
