/// What a sanitizer looks for.
enum HiddenCharacter: String, CaseIterable, Sendable {
    /// Characters without a width: they split words for programs, and not for the eye.
    case zeroWidth
    /// Characters that turn the order of the text around them: what is read is not what is there.
    case bidirectionalControl
    /// Other characters that show nothing: fillers, tags, variation selectors, soft hyphens, annotations.
    case invisible
    /// Control codes, except tab, line feed and carriage return.
    case controlCode
    /// Bytes that are not UTF-8; each maximal run of them becomes U+FFFD.
    case malformedBytes
    /// A sequence that canonical composition (NFC) writes otherwise.
    case notComposed

    /// How it is called in a sentence.
    var words: String {
        switch self {
        case .zeroWidth: "zero-width"
        case .bidirectionalControl: "bidirectional control"
        case .invisible: "invisible"
        case .controlCode: "control code"
        case .malformedBytes: "malformed"
        case .notComposed: "not composed"
        }
    }

    /// What `scalar` is, if it is to be taken out.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x20..<0x7F, 0x09, 0x0A, 0x0D: return nil
        case 0x00..<0x20, 0x7F..<0xA0: self = .controlCode
        // Zero width space, non-joiner, joiner; word joiner; byte order mark.
        case 0x200B...0x200D, 0x2060, 0xFEFF: self = .zeroWidth
        // Unicode's Bidi_Control: Arabic letter mark, marks, embeddings and overrides, isolates.
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: self = .bidirectionalControl
        // Interlinear annotation; the other invisible ones carry the property below.
        case 0xFFF9...0xFFFB: self = .invisible
        default:
            let properties = scalar.properties
            guard properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint else { return nil }
            self = .invisible
        }
    }
}
