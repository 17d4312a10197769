import Testing

/// The scenarios of the acceptance list that these tests cover.
extension Tag {
    @Tag static var int001: Self
    @Tag static var int002: Self
    @Tag static var int003: Self
    @Tag static var int005: Self
    @Tag static var int006: Self
    @Tag static var int007: Self
    @Tag static var int008: Self
    @Tag static var int009: Self
    @Tag static var e2e001: Self
    @Tag static var e2e002: Self
    @Tag static var int010: Self
    @Tag static var e2e003: Self
    @Tag static var e2e004: Self
    @Tag static var e2e005: Self
    @Tag static var e2e006: Self
}
