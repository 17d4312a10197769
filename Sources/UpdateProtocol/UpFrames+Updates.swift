/// What stands where an update frame begins.
@usableFromInline
internal enum ParsedUpdate {
    /// The update, which was written into the caller's frame.
    case frame(length: Int)
    case malformed(StaticString, Subject, length: Int)
    case incomplete
    case failed(ErrorCode, StaticString)
}

extension UpFrames {
    /// Reads an update, which has no length of its own: where it ends is known when its fields have been read.
    @usableFromInline
    static func update(
        _ bytes: UnsafeRawBufferPointer,
        limits: UpdateLimits,
        into frame: inout UpdateFrame
    ) -> ParsedUpdate {
        let fields = unsafe bytes[0]
        guard fields & UpdateField.reserved == 0 else {
            return .failed(.unsupportedFrame, "an update with a reserved bit")
        }
        let size = min(bytes.count, limits.maximumFrame)
        var reader = unsafe FrameReader(UnsafeRawBufferPointer(start: bytes.baseAddress, count: size), from: 1)
        frame.handle = reader.integer32("handle out of range")
        let subject = reader.subject(handle: frame.handle)
        reader.read(&frame, fields: fields)

        if reader.isOverlong { return .failed(.integerTooLong, "an integer of an update is longer than nine bytes") }
        if reader.isTruncated {
            return size == limits.maximumFrame ? .failed(.frameTooLong, "an update above the limit") : .incomplete
        }
        if let problem = reader.problem { return .malformed(problem, subject, length: reader.position) }
        return .frame(length: reader.position)
    }
}

extension FrameReader {
    /// Reads the fields that `fields` says are present, in the order of the wire.
    fileprivate mutating func read(_ frame: inout UpdateFrame, fields: UInt8) {
        if fields & UpdateField.attempt != 0 {
            frame.attempt = integer32("attempt out of range")
        }
        if fields & UpdateField.progress != 0 {
            let progress = integer()
            if progress > UInt64(UpdateLimits.maximumProgress) { complain("progress above 10,000") }
            frame.basisPoints = UInt16(truncatingIfNeeded: progress)
        }
        if fields & UpdateField.units != 0 {
            let done = integer()
            frame.units = (done, total: integer())
        }
        if fields & UpdateField.unit != 0 {
            unsafe frame.unit = text(UpdateLimits.maximumUnit, "unit too long")
        }
        if fields & UpdateField.step != 0 {
            let index = integer32("step out of range")
            let total = integer32("step out of range")
            unsafe frame.step = (index, total, name: text(UpdateLimits.maximumStepName, "step name too long"))
        }
        if fields & UpdateField.note != 0 {
            unsafe frame.note = text(UpdateLimits.maximumNote, "note too long")
        }
    }
}
