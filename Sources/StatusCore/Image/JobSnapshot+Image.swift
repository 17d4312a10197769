extension JobSnapshot {
    /// What a store is to keep of the job; meaningless unless the last read found it.
    public var image: JobImage {
        let record = record
        var image = JobImage(submission, createdAt: record.createdAt.milliseconds)
        let ending = record.ending
        image.state = ending ?? record.state
        image.isRemoved = record.flags.contains(.removed)
        image.isStalled = record.flags.contains(.stalled) && ending == nil
        image.isBound = record.isBound
        image.attempt = record.attempt
        // Publishing moves it once more.
        image.version = record.version + (ending == nil ? 0 : 1)
        image.progress = image.state == .completed ? .complete : record.progress
        image.updatedAt = max(record.updatedAt.milliseconds, ending == nil ? 0 : record.endedAt.milliseconds)
        image.startedAt = record.startedAt.orNil
        image.endedAt = record.endedAt.orNil
        image.failureIsRetryable = record.flags.contains(.failureIsRetryable)
        image.worker = record.worker
        image.wordsAreLost = record.flags.contains(.wordsAreLost)
        if hasDetail { take(detail, into: &image) }
        return image
    }

    private func take(_ detail: JobDetail, into image: inout JobImage) {
        if record.flags.contains(.hasUnits) { image.units = detail.units }
        image.unit = string(.unit)
        if record.flags.contains(.hasStep) {
            image.step = .init(index: detail.stepIndex, total: detail.stepTotal, name: string(.stepName))
        }
        image.note = string(.note)
        image.failureCode = string(.failureCode)
        image.failureText = string(.failureText)
        image.cancelReason = string(.cancelReason)
        image.result = detail.result
        if detail.result != .none, image.state == .completed {
            image.resultAt = detail.resultAt.orNil ?? image.endedAt
        }
    }

    /// What the job was submitted with.
    private var submission: Submission {
        var submission = Submission(id: id, tenant: tenant, ttl: record.ttl)
        if record.flags.contains(.failsWhenStalled) { submission.stallPolicy = .fail }
        guard hasDetail else { return submission }
        submission.resultTTL = resultTTL
        submission.stall = detail.stall == 0 ? nil : detail.stall
        let type = unsafe originText(.type)
        if unsafe !type.isEmpty { submission.type = unsafe String(decoding: type, as: UTF8.self) }
        unsafe forEachLabel { key, value in
            let (key, value) = unsafe (String(decoding: key, as: UTF8.self), String(decoding: value, as: UTF8.self))
            submission.labels.append(Label(key: key, value: value))
        }
        submission.metadata = unsafe Array(originText(.metadata))
        let parent = unsafe originText(.parent)
        if unsafe !parent.isEmpty { submission.parent = unsafe TaskID(trusted: parent) }
        let key = unsafe originText(.idempotencyKey)
        if unsafe !key.isEmpty { submission.idempotencyKey = unsafe Array(key) }
        return submission
    }

    /// A live text, whether readers see it in the job's state or not.
    private func string(_ field: TextField) -> String {
        unsafe String(decoding: liveText(field.rawValue), as: UTF8.self)
    }
}
