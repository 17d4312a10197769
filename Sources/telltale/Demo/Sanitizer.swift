/// Takes out of a text what nobody sees, and writes it in canonical composition (NFC, UAX #15).
///
/// Text goes in as UTF-8 in pieces cut anywhere, in the middle of a character too; what comes out does not depend on
/// the cuts. Zero-width characters, bidirectional controls, other invisible characters and control codes (except tab,
/// line feed and carriage return) go, bytes that are not UTF-8 become U+FFFD, and the rest is composed. Memory does not
/// grow with the text.
struct Sanitizer {
    /// Marks held together with the character that they belong to. Stream-safe text (UAX #15, D4) has at most 30; where
    /// there are more than this, composition starts anew, and memory stays bounded.
    static let segmentLimit = 1_024

    /// What was found up to here.
    private(set) var findings = Findings()
    /// Bytes that went in, and bytes that came out.
    private(set) var originalLength = 0
    private(set) var sanitizedLength = 0
    /// Where the next scalar stands.
    private var place = Findings.Place()
    /// The beginning of a UTF-8 sequence whose end has not come.
    private var cut: [UInt8] = []
    /// A character and the marks that follow it, as long as another mark may still come.
    private var segment: [Unicode.Scalar] = []
    private var segmentPlace = Findings.Place()

    /// Sanitizes `bytes`, the continuation of the text, and appends what is settled to `output`.
    mutating func append(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        let whole = cut + bytes
        let end = whole.count - Self.incompleteTail(of: whole)
        cut = Array(whole[end...])
        read(whole[..<end], to: &output)
    }

    /// The text is at its end: appends what was held back.
    mutating func finish(to output: inout [UInt8]) {
        read(cut[...], to: &output)
        cut = []
        settle(to: &output)
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                take(Unicode.UTF8.decode(encoded), length: encoded.count, to: &output)
            case .error(let length):
                findings.add(.malformedBytes, at: place, nil)
                take("\u{FFFD}", length: length, to: &output)
            case .emptyInput: return
            }
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar, length: Int, to output: inout [UInt8]) {
        if let kind = HiddenCharacter(scalar) {
            findings.add(kind, at: place, scalar)
        } else if !segment.isEmpty, segment.count < Self.segmentLimit, Composition.mayFollow(scalar) {
            segment.append(scalar)
        } else {
            settle(to: &output)
            segment.append(scalar)
            segmentPlace = place
        }
        originalLength += length
        place.offset += length
        place.column += 1
        if scalar == "\n" {
            place.line += 1
            place.column = 1
        }
    }

    /// No mark follows any more: the held character is composed and goes out.
    private mutating func settle(to output: inout [UInt8]) {
        guard let first = segment.first else { return }
        let before = output.count
        if segment.count == 1, Composition.isComposed(first) {
            output.append(contentsOf: Unicode.UTF8.encode(first)!)
        } else {
            let composed = Composition.compose(segment)
            if composed != segment { findings.add(.notComposed, at: segmentPlace, first) }
            for scalar in composed { output.append(contentsOf: Unicode.UTF8.encode(scalar)!) }
        }
        sanitizedLength += output.count - before
        segment.removeAll(keepingCapacity: true)
    }

    /// The number of bytes at the end that may be the beginning of a longer sequence.
    private static func incompleteTail(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0xC0 == 0x80 { continue }
            let needed =
                switch byte {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            return needed > length ? length : 0
        }
        return 0
    }
}
