import Foundation

/// Canonical composition of one character with its marks (NFC, UAX #15).
enum Composition {
    /// True when `scalar` may combine with what stands before it, so that a text must not be cut there.
    ///
    /// These are the marks, the vowels and final consonants of conjoining Hangul, and a vowel sign of Kirat Rai, which
    /// is a letter: together a superset of the characters whose NFC_Quick_Check is not Yes by what precedes them.
    static func mayFollow(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x300: return false
        case 0x1161...0x1175, 0x11A8...0x11C2, 0x16D67: return true
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: return true
            default: return scalar.properties.canonicalCombiningClass != .notReordered
            }
        }
    }

    /// True of characters that are known to compose to themselves when no mark follows: what most text is made of.
    static func isComposed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x300, 0x400..<0x483, 0x48A..<0x530, 0x5D0..<0x5EB, 0x620..<0x64B, 0x2010..<0x2028, 0x2500..<0x2600,
            0x3041..<0x3097, 0x30A1..<0x30FB, 0x4E00..<0xA000, 0xAC00..<0xD7A4, 0xFF01..<0xFF5F, 0xFFFD,
            0x1F300..<0x1FB00:
            true
        default: false
        }
    }

    static func compose(_ segment: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: segment)
        return Array(String(text).precomposedStringWithCanonicalMapping.unicodeScalars)
    }
}
