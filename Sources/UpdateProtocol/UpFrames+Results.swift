extension UpFrames {
    @usableFromInline
    static func resultBegin(_ payload: UnsafeRawBufferPointer) -> ParsedFrame<ResultBeginFrame> {
        var reader = unsafe FrameReader(payload)
        let transfer = reader.integer32("transfer out of range")
        let subject = reader.subject(transfer: transfer)
        let taskID = unsafe reader.text(UpdateLimits.maximumTaskID, "task id too long")
        let attempt = reader.integer32("attempt out of range")
        let coding = ResultCoding(rawValue: reader.integer8("unknown coding"))
        if coding == nil { reader.complain("unknown coding") }
        let offset = reader.integer()
        let mediaType = unsafe reader.text(UpdateLimits.maximumMediaType, "media type too long")
        let name = unsafe reader.text(UpdateLimits.maximumResultName, "result name too long")
        return reader.finished(
            unsafe ResultBeginFrame(
                transfer: transfer,
                taskID: taskID,
                attempt: attempt,
                coding: coding ?? .identity,
                offset: offset,
                mediaType: mediaType,
                name: name
            ),
            about: subject
        )
    }

    @usableFromInline
    static func resultEnd(_ payload: UnsafeRawBufferPointer) -> ParsedFrame<ResultEndFrame> {
        var reader = unsafe FrameReader(payload)
        let transfer = reader.integer32("transfer out of range")
        let subject = reader.subject(transfer: transfer)
        let length = reader.integer()
        let digest: UnsafeRawBufferPointer?
        switch reader.integer8("unknown digest") {
        case 0: unsafe digest = nil
        case 1: unsafe digest = reader.fixed(32)
        default:
            unsafe digest = nil
            reader.complain("unknown digest")
        }
        let frame = unsafe ResultEndFrame(transfer: transfer, length: length, sha256: digest)
        return reader.finished(frame, about: subject)
    }
}
