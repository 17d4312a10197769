/// Media types (RFC 9110 section 8.3.1) as they stand in Content-Type.
public enum MediaType {
    /// True for `type/subtype` with parameters, at most 255 bytes of ASCII.
    ///
    /// Narrower than the grammar in one place: characters beyond ASCII in a quoted parameter are refused, for they
    /// have no agreed meaning, and a type that was accepted is sent back in other answers.
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let view = unsafe ByteView(bytes)
        guard view.count <= FixedLimit.mediaTypeBytes, let essenceEnd = endOfEssence(view) else { return false }
        var parameters = ParameterReader(view, essenceEnd..<view.count, allowsBeyondASCII: false)
        while parameters.next() != nil {}
        return !parameters.isMalformed
    }

    /// True when `bytes` are `essence`, given in lower case, with any parameters or none: `application/json` for
    /// `Application/JSON; charset=utf-8`.
    public static func matches(_ bytes: UnsafeRawBufferPointer, _ essence: StaticString) -> Bool {
        let view = unsafe ByteView(bytes)
        let end = view.firstIndex(of: ASCII.semicolon, in: view.indices) ?? view.count
        return view.matches(view.trimmed(0..<end), essence)
    }

    /// Where `type/subtype` ends; nil when it is not that.
    private static func endOfEssence(_ view: ByteView) -> Int? {
        let slash = view.endOfToken(from: 0, to: view.count)
        guard slash > 0, slash < view.count, view[slash] == UInt8(ascii: "/") else { return nil }
        let end = view.endOfToken(from: slash + 1, to: view.count)
        return end > slash + 1 ? end : nil
    }
}
