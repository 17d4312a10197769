internal import Bytes
internal import JSON
internal import StatusCore

extension Statement {
    /// Binds the parameters of ``JobColumn/upsert``.
    func bind(_ image: JobImage, labels buffer: inout OutputBuffer) {
        let submission = image.submission
        submission.id.withBytes { bind(.taskID, utf8: $0) }
        bind(.tenant, Int64(submission.tenant.rawValue))
        bind(JobColumn.state.rawValue + 1, image.state.word)
        bind(.progress, Int64(image.progress.value))
        bind(.attempt, Int64(image.attempt))
        bind(.version, Int64(bitPattern: image.version))
        bind(.createdAt, image.createdAt)
        bind(.updatedAt, image.updatedAt)
        bind(.startedAt, image.startedAt)
        bind(.endedAt, image.endedAt)
        bind(.expiresAt, image.expiresAt)
        bind(.done, image.units.map { Int64(bitPattern: $0.done) })
        bind(.total, image.units.map { Int64(bitPattern: $0.total) })
        bind(.unit, image.unit)
        bind(.step, image.step.map { Int64($0.index) })
        bind(.steps, image.step.map { Int64($0.total) })
        bind(.stepName, image.step?.name ?? "")
        bind(.message, image.note)
        bind(.failureCode, image.failureCode)
        bind(.failureText, image.failureText)
        bind(.cancelReason, image.cancelReason)
        if let word = image.worker.word {
            bind(JobColumn.workerAnswer.rawValue + 1, word)
        } else {
            bindNull(JobColumn.workerAnswer.rawValue + 1)
        }
        bind(.result, image.result == .none ? nil : Int64(bitPattern: image.result.rawValue))
        bind(.resultAt, image.resultAt)
        bind(submission, labels: &buffer)
        bind(.stalled, image.isStalled ? 1 : 0)
        bind(.bound, image.isBound ? 1 : 0)
        bind(.failureRetryable, image.failureIsRetryable ? 1 : 0)
        bind(.removed, image.isRemoved ? 1 : 0)
        bind(.wordsLost, image.wordsAreLost ? 1 : 0)
    }

    private func bind(_ submission: Submission, labels buffer: inout OutputBuffer) {
        bind(.type, submission.type ?? "")
        buffer.removeAll()
        if !submission.labels.isEmpty { buffer.append(labels: submission.labels) }
        buffer.withBytes { bind(.labels, utf8: $0) }
        submission.metadata.withUnsafeBytes { bind(.metadata, utf8: $0) }
        if let parent = submission.parent {
            parent.withBytes { bind(.parentID, utf8: $0) }
        } else {
            bindNull(JobColumn.parentID.rawValue + 1)
        }
        if let key = submission.idempotencyKey {
            bind(JobColumn.idempotencyKey.rawValue + 1, blob: key)
        } else {
            bindNull(JobColumn.idempotencyKey.rawValue + 1)
        }
        bind(.resultTTL, Int64(submission.resultTTL))
        bind(.stall, submission.stall.map { Int64($0) })
        bind(JobColumn.onStall.rawValue + 1, submission.stallPolicy == .fail ? "fail" : "report")
    }

    private func bind(_ column: JobColumn, _ value: Int64?) {
        bind(column.rawValue + 1, value)
    }

    /// Empty text becomes null.
    private func bind(_ column: JobColumn, _ text: String) {
        if text.isEmpty { bindNull(column.rawValue + 1) } else { bind(column.rawValue + 1, text) }
    }

    private func bind(_ column: JobColumn, utf8 bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { bindNull(column.rawValue + 1) } else { bind(column.rawValue + 1, utf8: bytes) }
    }
}

extension Statement {
    /// The job of a row of ``JobColumn/select``; nil when it cannot be one: somebody has changed it by hand.
    func readJob() -> JobImage? {
        guard let id = withBytes(JobColumn.taskID.rawValue, { TaskID($0) }),
            let state = withBytes(JobColumn.state.rawValue, { JobState(word: $0) }),
            let tenant = UInt16(exactly: integer(.tenant)), let progress = BasisPoints(integer(.progress)),
            let attempt = UInt32(exactly: integer(.attempt)), let resultTTL = UInt32(exactly: integer(.resultTTL)),
            let ttl = UInt32(exactly: (integer(.expiresAt) - integer(.createdAt)) / 1_000)
        else { return nil }
        var submission = Submission(id: id, tenant: TenantID(tenant), ttl: ttl, resultTTL: resultTTL)
        guard readOrigin(into: &submission) else { return nil }
        var image = JobImage(submission, createdAt: integer(.createdAt))
        image.state = state
        image.progress = progress
        image.attempt = attempt
        image.version = UInt64(bitPattern: integer(.version))
        image.updatedAt = integer(.updatedAt)
        image.startedAt = integerOrNil(.startedAt)
        image.endedAt = integerOrNil(.endedAt)
        readWords(into: &image)
        image.isStalled = integer(.stalled) != 0
        image.isBound = integer(.bound) != 0
        image.failureIsRetryable = integer(.failureRetryable) != 0
        image.isRemoved = integer(.removed) != 0
        image.wordsAreLost = integer(.wordsLost) != 0
        if let result = integerOrNil(.result) { image.result = ResultID(UInt64(bitPattern: result)) }
        image.resultAt = integerOrNil(.resultAt)
        return image
    }

    private func readWords(into image: inout JobImage) {
        if let done = integerOrNil(.done) {
            image.units = Units(done: UInt64(bitPattern: done), total: UInt64(bitPattern: integer(.total)))
            image.unit = text(JobColumn.unit.rawValue)
        } else if !isNull(.unit) {
            image.unit = text(JobColumn.unit.rawValue)
        }
        if let step = integerOrNil(.step) {
            image.step = .init(
                index: UInt32(clamping: step),
                total: UInt32(clamping: integer(.steps)),
                name: text(JobColumn.stepName.rawValue)
            )
        }
        if !isNull(.message) { image.note = text(JobColumn.message.rawValue) }
        if image.state == .failed {
            image.failureCode = text(JobColumn.failureCode.rawValue)
            image.failureText = text(JobColumn.failureText.rawValue)
        }
        if image.state == .cancelled {
            image.cancelReason = text(JobColumn.cancelReason.rawValue)
            image.worker = withBytes(JobColumn.workerAnswer.rawValue) { WorkerAnswer(word: $0) }
        }
    }

    /// False when a field cannot be what a job was submitted with.
    private func readOrigin(into submission: inout Submission) -> Bool {
        if !isNull(.type) { submission.type = text(JobColumn.type.rawValue) }
        if !isNull(.labels) {
            guard let labels = Label.read(blob(JobColumn.labels.rawValue)) else { return false }
            submission.labels = labels
        }
        if !isNull(.metadata) { submission.metadata = blob(JobColumn.metadata.rawValue) }
        if !isNull(.parentID) {
            guard let parent = withBytes(JobColumn.parentID.rawValue, { TaskID($0) }) else { return false }
            submission.parent = parent
        }
        if !isNull(.idempotencyKey) { submission.idempotencyKey = blob(JobColumn.idempotencyKey.rawValue) }
        if let stall = integerOrNil(.stall) { submission.stall = UInt32(clamping: stall) }
        if withBytes(JobColumn.onStall.rawValue, { $0.elementsEqual("fail".utf8) }) { submission.stallPolicy = .fail }
        return true
    }

    private func integer(_ column: JobColumn) -> Int64 { integer(column.rawValue) }
    private func integerOrNil(_ column: JobColumn) -> Int64? { integerOrNil(column.rawValue) }
    private func isNull(_ column: JobColumn) -> Bool { isNull(column.rawValue) }
}

extension JobState {
    fileprivate var word: StaticString {
        switch self {
        case .queued: "queued"
        case .processing: "processing"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }

    fileprivate init?(word: UnsafeRawBufferPointer) {
        for state in JobState.allCases where state.word.isSpelled(by: word) {
            self = state
            return
        }
        return nil
    }
}

extension WorkerAnswer {
    fileprivate var word: StaticString? {
        switch self {
        case .pending: nil
        case .received: "received"
        case .stopped: "stopped"
        case .refused: "refused"
        }
    }

    fileprivate init(word: UnsafeRawBufferPointer) {
        let answers: [WorkerAnswer] = [.received, .stopped, .refused]
        self = answers.first { $0.word?.isSpelled(by: word) ?? false } ?? .pending
    }
}

extension StaticString {
    fileprivate func isSpelled(by bytes: UnsafeRawBufferPointer) -> Bool {
        utf8CodeUnitCount == bytes.count && withUTF8Buffer { $0.elementsEqual(bytes) }
    }
}
