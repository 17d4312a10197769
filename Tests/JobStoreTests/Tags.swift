import Testing

/// The scenarios of the acceptance list that these tests cover.
extension Tag {
    /// Schema migration.
    @Tag static var unit006: Self
}
