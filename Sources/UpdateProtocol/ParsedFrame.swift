/// A payload read as a frame of type `Frame`, or why it must be refused.
@usableFromInline
internal enum ParsedFrame<Frame> {
    case frame(Frame)
    case malformed(StaticString, Subject)
}

extension FrameReader {
    /// `frame`, unless something was wrong with one of the fields that made it.
    ///
    /// The payload is delimited, so that nothing wrong in it reaches beyond it: it spoils this one frame.
    func finished<Frame>(_ frame: Frame, about subject: Subject = .none) -> ParsedFrame<Frame> {
        if isOverlong { return .malformed("an integer is longer than nine bytes", subject) }
        if isTruncated { return .malformed("the frame is shorter than its fields", subject) }
        if let problem { return .malformed(problem, subject) }
        return .frame(frame)
    }

    /// What a refusal of this frame is about, when a handle was the field just read.
    func subject(handle: UInt32) -> Subject {
        hasFailed || problem != nil ? .none : .handle(handle)
    }

    /// What a refusal of this frame is about, when a transfer was the field just read.
    func subject(transfer: UInt32) -> Subject {
        hasFailed || problem != nil ? .none : .transfer(transfer)
    }
}
