/// Cuts what a program prints into the texts that a reader of a terminal would see one after the other.
///
/// A text ends at a line feed, or where the cursor goes back to write over it: a carriage return, a backspace, or an
/// escape sequence that moves the cursor or clears the screen (ECMA-48). Colours and other escape sequences are taken
/// out. Bytes may be cut anywhere between two calls. Memory is bounded: of a longer text the beginning is kept.
struct OutputLines {
    /// One text.
    struct Piece {
        /// The bytes without controls, tabs as spaces; at most ``RunLimits/lineBytes``. Valid during the visit only.
        var text: UnsafeRawBufferPointer
        /// True when it was written over another text, or is about to be written over.
        var isRedrawn: Bool
        /// False when only the end of the read cut it, so that more of it may come.
        var isComplete: Bool
        /// True when it comes again once it has ended.
        var isPreview: Bool
    }

    private enum State {
        /// Next: text, or whatever a control begins.
        case text
        /// After a carriage return: a line feed makes it a plain end of line, anything else a return to its start.
        case carriageReturn
        /// After ESC: next `control`, `string`, `designator` or `text`.
        case escape
        /// In a control sequence (CSI); a byte from 0x40 to 0x7E ends it.
        case control
        /// In a string such as a window title; BEL or ESC \ ends it.
        case string
        /// After ESC in a string.
        case stringEscape
        /// After ESC and an intermediate byte; the next byte from 0x30 ends it.
        case designator
    }

    private var state = State.text
    private var text: [UInt8] = []
    private var startedByRedraw = false

    init() {
        text.reserveCapacity(RunLimits.lineBytes)
    }

    /// Takes `bytes` and hands each text that ended in them to `visit`; last, what stands on a redrawn line by now,
    /// because a bar is only ended by its next redraw. That text comes again when it has ended.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, _ visit: (Piece) -> Void) {
        var index = 0
        while index < bytes.count {
            if state == .text {
                let end = Self.endOfText(in: bytes, from: index)
                let run = UnsafeRawBufferPointer(
                    rebasing: bytes[index..<min(end, index + RunLimits.lineBytes - text.count)]
                )
                index = end
                if text.isEmpty, !run.isEmpty, index < bytes.count, bytes[index] == Byte.lineFeed {
                    // A whole line, as most are: it need not be copied.
                    visit(Piece(text: run, isRedrawn: startedByRedraw, isComplete: true, isPreview: false))
                    startedByRedraw = false
                    index += 1
                    continue
                }
                text.append(contentsOf: run)
                guard index < bytes.count else { break }
            }
            step(bytes[index], visit)
            index += 1
        }
        if startedByRedraw, !text.isEmpty {
            text.withUnsafeBytes {
                visit(Piece(text: $0, isRedrawn: true, isComplete: state == .carriageReturn, isPreview: true))
            }
        }
    }

    /// Hands on what has not been ended.
    mutating func finish(_ visit: (Piece) -> Void) {
        end(isRedraw: false, visit)
    }

    /// The first byte from `index` on that is not text.
    private static func endOfText(in bytes: UnsafeRawBufferPointer, from index: Int) -> Int {
        var end = index
        while end < bytes.count, bytes[end] >= 0x20, bytes[end] != 0x7F { end += 1 }
        return end
    }

    private mutating func step(_ byte: UInt8, _ visit: (Piece) -> Void) {
        switch state {
        case .text: control(byte, visit)
        case .carriageReturn:
            if byte == Byte.lineFeed {
                state = .text
                end(isRedraw: false, visit)
            } else if byte != Byte.carriageReturn {
                state = .text
                end(isRedraw: true, visit)
                byte >= 0x20 && byte != 0x7F ? text.append(byte) : control(byte, visit)
            }
        case .escape:
            switch byte {
            case UInt8(ascii: "["): state = .control
            case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
                state = .string
            case 0x20...0x2F: state = .designator
            default: state = .text
            }
        case .control:
            guard (0x40...0x7E).contains(byte) else { return }
            state = .text
            if Self.movesCursor(byte) { end(isRedraw: true, visit) }
        case .string:
            if byte == Byte.bell { state = .text } else if byte == Byte.escape { state = .stringEscape }
        case .stringEscape: state = .text
        case .designator:
            if byte >= 0x30 { state = .text }
        }
    }

    private mutating func control(_ byte: UInt8, _ visit: (Piece) -> Void) {
        switch byte {
        case Byte.lineFeed, Byte.verticalTab, Byte.formFeed: end(isRedraw: false, visit)
        case Byte.carriageReturn: state = .carriageReturn
        case Byte.backspace: end(isRedraw: true, visit)
        case Byte.tab: if text.count < RunLimits.lineBytes { text.append(Byte.space) }
        case Byte.escape: state = .escape
        default: break
        }
    }

    /// The final bytes of CUU, CUB, CNL, CPL, CHA, CUP, ED, VPA and HVP.
    private static func movesCursor(_ byte: UInt8) -> Bool {
        "ADEFGHJdf".utf8.contains(byte)
    }

    private mutating func end(isRedraw: Bool, _ visit: (Piece) -> Void) {
        if !text.isEmpty {
            let isRedrawn = startedByRedraw || isRedraw
            text.withUnsafeBytes {
                visit(Piece(text: $0, isRedrawn: isRedrawn, isComplete: true, isPreview: false))
            }
            text.removeAll(keepingCapacity: true)
        }
        startedByRedraw = isRedraw
    }
}
