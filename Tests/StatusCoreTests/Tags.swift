import Testing

extension Tag {
    /// Progress percentage, from basis points and from done and total.
    @Tag static var unit002: Self
    /// Rules of the state machine.
    @Tag static var unit008: Self
    /// Submission and binding of jobs.
    @Tag static var unit009: Self
    /// Progress updates of a worker.
    @Tag static var unit010: Self
    /// Expiry.
    @Tag static var unit012: Self
}
