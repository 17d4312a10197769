import Testing

extension Tag {
    /// Submission and binding of jobs by a queue's worker.
    @Tag static var unit009: Self
    /// Progress updates of a worker.
    @Tag static var unit010: Self
}
