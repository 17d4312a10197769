/// What this module bounds, and why.
public enum JSONLimits {
    /// The deepest nesting of arrays and objects that ``JSONValidator`` accepts.
    ///
    /// Results are checked to this depth because common readers recurse: Python's stops near 1,000, others earlier.
    public static let depth = 512

    /// The deepest nesting that ``JSONValue`` reads. It recurses, and what it reads are request bodies that people and
    /// programs write by hand.
    public static let documentDepth = 64

    /// The longest document, in bytes, that ``JSONValue`` reads: a tree of values costs many times its text.
    public static let documentLength = 1_048_576
}
