/// A set of ASCII characters as a bit map; bytes beyond ASCII are never in it.
struct ByteSet {
    /// Bit n stands for byte n.
    private let low: UInt64
    /// Bit n stands for byte 64 + n.
    private let high: UInt64

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// True when `byte` is in the set.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        return ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 == 1
    }
}

// Bit maps written out, so that the compiler makes constants of them; a test spells each set and compares.
extension ByteSet {
    /// `tchar` of RFC 9110 section 5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
    static let token = ByteSet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)

    /// What a request target may hold: visible ASCII but `"`, `#`, `<` and `>`. Wider than RFC 3986 by `[]{}|\^` and
    /// the backtick, which browsers and axios send as they are in queries.
    static let target = ByteSet(low: 0xafff_fff2_0000_0000, high: 0x7fff_ffff_ffff_ffff)

    /// `reg-name` of RFC 3986 section 3.2.2: unreserved, sub-delims and the percent sign.
    static let registeredName = ByteSet(low: 0x2bff_7ff2_0000_0000, high: 0x47ff_fffe_87ff_fffe)

    /// What stands between the brackets of an IPv6 address.
    static let addressLiteral = ByteSet(low: 0x07ff_4000_0000_0000, high: 0x0000_007e_0000_007e)

    /// `qdtext` of RFC 9110 section 5.6.4 within ASCII.
    static let quotedText = ByteSet(low: 0xffff_fffb_0000_0200, high: 0x7fff_ffff_efff_ffff)

    /// What may follow a backslash in a quoted string (RFC 9110 section 5.6.4) within ASCII: tab, space, visible.
    static let text = ByteSet(low: 0xffff_ffff_0000_0200, high: 0x7fff_ffff_ffff_ffff)

    /// `attr-char` of RFC 8187 section 3.2.1: what an extended parameter value holds without percent-encoding.
    static let attribute = ByteSet(low: 0x03ff_685a_0000_0000, high: 0x57ff_ffff_c7ff_fffe)

    /// What `filename` says the same to every client: printable ASCII but quote, backslash and percent sign
    /// (RFC 6266 appendix D).
    static let plainFileName = ByteSet(low: 0xffff_ffdb_0000_0000, high: 0x7fff_ffff_efff_ffff)
}
