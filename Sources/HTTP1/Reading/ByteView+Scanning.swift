/// The scans that the request parser runs over a head. Each takes eight bytes at a time where it can, looks at every
/// byte once, and never beyond `end`.
extension ByteView {
    /// The first index from `start` on whose byte is a control character, tab included, or `end`.
    @inline(__always)
    func endOfText(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let stops = Word.controls(in: word(at: index))
            if stops != 0 { return index &+ Word.firstIndex(stops) }
            index &+= 8
        }
        while index < end, !ASCII.isControl(self[index]) { index &+= 1 }
        return index
    }

    /// The first index from `start` on whose byte cannot be in a field name, or `end`.
    @inline(__always)
    func endOfToken(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let stops = Word.neitherLettersNorHyphens(in: word(at: index))
            if stops == 0 {
                index &+= 8
                continue
            }
            index &+= Word.firstIndex(stops)
            guard ByteSet.token.contains(self[index]) else { return index }
            index &+= 1
        }
        while index < end, ByteSet.token.contains(self[index]) { index &+= 1 }
        return index
    }

    /// The first index from `start` on whose byte is a question mark or cannot be in a request target, or `end`.
    @inline(__always)
    func endOfTargetPart(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let stops = Word.targetStops(in: word(at: index))
            if stops == 0 {
                index &+= 8
                continue
            }
            index &+= Word.firstIndex(stops)
            let byte = self[index]
            guard byte != UInt8(ascii: "?"), ByteSet.target.contains(byte) else { return index }
            index &+= 1
        }
        while index < end, self[index] != UInt8(ascii: "?"), ByteSet.target.contains(self[index]) { index &+= 1 }
        return index
    }
}
