/// Where a job stands.
///
/// `queued` → `processing` or any terminal state; `processing` → `queued` (a new attempt) or any terminal state.
/// A terminal state never changes again.
public enum JobState: UInt8, Sendable, CaseIterable {
    /// Waiting. Followed by any other state.
    case queued = 1
    /// A worker is at it. Followed by `queued` with a new attempt, or by a terminal state.
    case processing
    /// Done; progress is 100 %. Terminal.
    case completed
    /// Given up by its worker, or by the stall policy. Terminal.
    case failed
    /// Cancelled by a client. Terminal. A removed job reads as cancelled too.
    case cancelled

    /// True for `completed`, `failed` and `cancelled`.
    @inlinable public var isTerminal: Bool { rawValue >= JobState.completed.rawValue }
}
