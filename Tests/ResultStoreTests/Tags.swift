import Testing

extension Tag {
    /// Result caching.
    @Tag static var unit003: Self
    /// Streaming of a large result.
    @Tag static var unit004: Self
    /// Result storage and retrieval.
    @Tag static var unit011: Self
}
