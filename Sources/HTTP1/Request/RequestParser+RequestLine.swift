/// The request line (RFC 9112 section 3).
extension RequestParser {
    /// Skips empty lines and finds the method's first byte.
    mutating func readStart(_ view: ByteView, _ end: Int, _ head: inout RequestHead) -> Step {
        if position == 0 { head.removeAll() }
        while position < end {
            let byte = view[position]
            if phase == .emptyLineEnd {
                guard byte == ASCII.lineFeed else { return .refused(.bareLineEnd) }
                phase = .start
            } else if byte == ASCII.carriageReturn {
                phase = .emptyLineEnd
            } else {
                guard byte != ASCII.lineFeed else { return .refused(.bareLineEnd) }
                start = position
                phase = .method
                return .advanced
            }
            position &+= 1
        }
        return .starved
    }

    /// Reads the method and the one space behind it.
    mutating func readMethod(_ view: ByteView, _ end: Int, _ head: inout RequestHead) -> Step {
        let bound = min(end, start &+ FixedLimit.methodBytes &+ 1)
        while position < bound, ByteSet.token.contains(view[position]) { position &+= 1 }
        if position &- start > FixedLimit.methodBytes { return .refused(.methodTooLong) }
        guard position < end else { return .starved }
        guard view[position] == ASCII.space, position > start else { return .refused(.malformedRequestLine) }
        head.methodRange = start..<position
        head.method = HTTPMethod(view, in: start..<position)
        position &+= 1
        start = position
        phase = .target
        return .advanced
    }

    /// Reads the target and the one space behind it.
    mutating func readTarget(_ view: ByteView, _ end: Int, _ head: inout RequestHead) -> Step {
        let bound = min(end, start &+ limits.targetBytes &+ 1)
        while true {
            position = view.endOfTargetPart(from: position, to: bound)
            guard position < bound, view[position] == UInt8(ascii: "?") else { break }
            if questionMark == nil { questionMark = position }
            position &+= 1
        }
        if position &- start > limits.targetBytes { return .refused(.targetTooLong) }
        guard position < end else { return .starved }
        switch view[position] {
        case ASCII.space: break
        // A line end here is HTTP/0.9, or a target with a line end in it.
        case ASCII.carriageReturn, ASCII.lineFeed: return .refused(.malformedRequestLine)
        default: return .refused(.malformedTarget)
        }
        if let failure = splitTarget(view, start..<position, &head) { return .refused(failure) }
        position &+= 1
        start = position
        phase = .version
        return .advanced
    }

    /// Reads `HTTP/1.0` or `HTTP/1.1` and the line end.
    mutating func readVersion(_ view: ByteView, _ end: Int, _ head: inout RequestHead) -> Step {
        if position == start, end &- position >= 10, view.word(at: position) == Version.http11,
            view[position &+ 8] == ASCII.carriageReturn, view[position &+ 9] == ASCII.lineFeed
        {
            position &+= 10
            phase = .fieldStart
            return .advanced
        }
        let name = ByteView("HTTP/")
        while position < end {
            let byte = view[position]
            switch position &- start {
            case 0..<5:
                guard byte == name[position &- start] else { return .refused(.malformedRequestLine) }
            case 5:
                guard isDigit(byte) else { return .refused(.malformedRequestLine) }
            case 6:
                guard byte == UInt8(ascii: ".") else { return .refused(.malformedRequestLine) }
            case 7:
                guard isDigit(byte) else { return .refused(.malformedRequestLine) }
                guard view[position &- 2] == UInt8(ascii: "1"), byte <= UInt8(ascii: "1") else {
                    return .refused(.unsupportedVersion)
                }
                head.minorVersion = byte &- UInt8(ascii: "0")
            case 8:
                guard byte != ASCII.lineFeed else { return .refused(.bareLineEnd) }
                guard byte == ASCII.carriageReturn else { return .refused(.malformedRequestLine) }
            default:
                guard byte == ASCII.lineFeed else { return .refused(.bareLineEnd) }
                position &+= 1
                phase = .fieldStart
                return .advanced
            }
            position &+= 1
        }
        return .starved
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private enum Version {
        /// `HTTP/1.1`, first byte least significant.
        static let http11: UInt64 = 0x312e_312f_5054_5448
    }
}
