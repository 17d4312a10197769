import Testing

extension Tag {
    /// Streaming of a large result.
    @Tag static var unit004: Self
    /// Result endpoint.
    @Tag static var int003: Self
    /// Clean-up of expired results.
    @Tag static var int004: Self
}
