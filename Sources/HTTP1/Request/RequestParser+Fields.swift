/// Field lines (RFC 9112 section 5) and the empty line that ends them.
extension RequestParser {
    /// Reads field lines to the end of the head.
    ///
    /// A line that is all there runs straight through the phases by `fallthrough`; `phase` is written only where the
    /// bytes run out.
    mutating func readFields(_ view: ByteView, _ end: Int, _ head: inout RequestHead) -> Step {
        var position = self.position
        defer { self.position = position }
        while position < end {
            switch phase {
            case .fieldStart:
                let byte = view[position]
                if byte == ASCII.carriageReturn {
                    position &+= 1
                    phase = .headEnd
                    continue
                }
                if let failure = judgeLineStart(byte) { return .refused(failure) }
                guard head.fields.count < limits.fieldCount else { return .refused(.tooManyFields) }
                start = position
                fallthrough

            case .fieldName:
                position = view.endOfToken(from: position, to: end)
                guard position < end else { return starve(in: .fieldName) }
                guard view[position] == UInt8(ascii: ":"), position > start else {
                    return .refused(judgeNameEnd(view[position]))
                }
                nameEnd = position
                position &+= 1
                fallthrough

            case .valueStart:
                while position < end, ASCII.isBlank(view[position]) { position &+= 1 }
                guard position < end else { return starve(in: .valueStart) }
                valueStart = position
                fallthrough

            case .value:
                position = view.endOfText(from: position, to: end)
                while position < end, view[position] == ASCII.tab {
                    position = view.endOfText(from: position &+ 1, to: end)
                }
                guard position < end else { return starve(in: .value) }
                guard view[position] == ASCII.carriageReturn else {
                    return .refused(view[position] == ASCII.lineFeed ? .bareLineEnd : .controlCharacter)
                }
                position &+= 1
                fallthrough

            case .fieldEnd:
                guard position < end else { return starve(in: .fieldEnd) }
                guard view[position] == ASCII.lineFeed else { return .refused(.bareLineEnd) }
                let name = start..<nameEnd
                let value = view.trimmed(valueStart..<position &- 1)
                position &+= 1
                head.fields.append(HeaderField(name: name, value: value))
                if let failure = framing.note(view, name: name, value: value, &head) { return .refused(failure) }
                phase = .fieldStart

            case .headEnd:
                guard view[position] == ASCII.lineFeed else { return .refused(.bareLineEnd) }
                position &+= 1
                if let failure = framing.conclude(limits, &head) { return .refused(failure) }
                return .finished

            default:
                preconditionFailure("fields are read in phase \(phase)")
            }
        }
        return .starved
    }

    private mutating func starve(in phase: Phase) -> Step {
        self.phase = phase
        return .starved
    }

    /// Why a field line cannot start with `byte`; nil when that is for the name to say.
    @inline(__always)
    private func judgeLineStart(_ byte: UInt8) -> RequestFailure? {
        if ASCII.isBlank(byte) { return .foldedField }
        return byte == ASCII.lineFeed ? .bareLineEnd : nil
    }

    /// Why a field name cannot be followed by `byte`.
    private func judgeNameEnd(_ byte: UInt8) -> RequestFailure {
        switch byte {
        case ASCII.space, ASCII.tab: .whitespaceBeforeColon
        case ASCII.lineFeed: .bareLineEnd
        default: .malformedField
        }
    }
}
