/// Text made fit for a terminal: without anything that a terminal would obey, and measured in columns.
enum TerminalText {
    /// `text` on one line, without control and format characters.
    ///
    /// File names, notes and failure texts come from elsewhere; an escape sequence in one must not move the cursor,
    /// and a bidirectional control must not turn the rest of the line around. Controls and line separators become a
    /// space, invisible format characters go, except the joiner that holds an emoji together.
    static func harmless(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: result.append(" ")
            case .format where scalar != "\u{200D}": continue
            case .surrogate, .privateUse, .unassigned: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The columns that `text` takes on a terminal; `text` is ``harmless(_:)``.
    static func columns(of text: String) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The longest beginning of `text` that takes at most `limit` columns; what was cut is shown by an ellipsis.
    static func cut(_ text: String, to limit: Int, isUnicode: Bool) -> String {
        guard columns(of: text) > limit else { return text }
        let ellipsis = isUnicode ? "…" : "~"
        guard limit > 1 else { return limit == 1 ? ellipsis : "" }
        var taken = 0
        let kept = text.prefix { character in
            taken += columns(of: character)
            return taken <= limit - 1
        }
        return kept + ellipsis
    }

    /// `text` cut or filled with spaces to exactly `width` columns.
    static func fit(_ text: String, to width: Int, isUnicode: Bool) -> String {
        let cut = cut(text, to: width, isUnicode: isUnicode)
        return cut + String(repeating: " ", count: max(0, width - columns(of: cut)))
    }

    private static func columns(of character: Character) -> Int {
        var widest = 0
        for scalar in character.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: continue
            default: widest = max(widest, isWide(scalar) ? 2 : 1)
            }
        }
        return widest
    }

    /// Wide and full-width blocks of UAX #11, and characters that are shown as emoji by default (UTS #51).
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x1100: false
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18DFF, 0x1B000...0x1B2FF,
            0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
