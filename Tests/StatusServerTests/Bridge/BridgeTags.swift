import Testing

extension Tag {
    @Tag static var unit009: Self
    @Tag static var unit010: Self
    @Tag static var int002: Self
    @Tag static var e2e006: Self
    /// Form of the status answer.
    @Tag static var unit001: Self
    /// Progress percentage, from basis points and from done/total.
    @Tag static var unit002: Self
    /// Form of error answers.
    @Tag static var unit005: Self
    /// Cost of one status answer.
    @Tag static var unit007: Self
    /// Invalid task id.
    @Tag static var int005: Self
    /// Expired jobs.
    @Tag static var int006: Self
    /// Failed jobs.
    @Tag static var int007: Self
    /// Routes of the existing service answer as before.
    @Tag static var int008: Self
    /// n8n's requests, replayed.
    @Tag static var int010: Self
    /// Status endpoint under load.
    @Tag static var int011: Self
}
