import Testing

extension Tag {
    /// Form of error answers.
    @Tag static var unit005: Self
    /// Cost of one status answer.
    @Tag static var unit007: Self
}
