import Testing

extension Tag {
    @Tag static var unit002: Self
    @Tag static var unit009: Self
    @Tag static var unit010: Self
    @Tag static var int002: Self
}
