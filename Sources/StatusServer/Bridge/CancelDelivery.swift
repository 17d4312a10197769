import StatusCore

/// Tells workers on their streams that a job of theirs was cancelled.
protocol CancelDelivery: Sendable {
    /// Sends a cancel down the stream `owner`, if it still lives. Called on any thread; must not wait.
    ///
    /// - Parameters:
    ///   - handle: the worker's own number for the job.
    ///   - reason: what the client gave as its reason, for people.
    func deliverCancel(owner: OwnerID, handle: Handle, reason: String?)
}
