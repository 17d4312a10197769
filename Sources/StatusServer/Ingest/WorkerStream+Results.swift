import HTTP1
import NIOCore
import ResultStore
import StatusCore
import UpdateProtocol

/// A result on its way up.
struct Transfer {
    let id: TaskID
    let attempt: UInt32
    /// What the store and ``BrokenTransfers`` know it by.
    let key: String
    let description: ResultDescription
    let receiver: ResultReceiver
    /// Runs while the worker owes the next bytes, or the end.
    let timer: ConnectionTimer

    /// Its stream is lost; the worker may go on with it on another.
    func keepForLater(in broken: BrokenTransfers) {
        receiver.leave(to: broken, key: key, description)
    }
}

/// Results: begin, bytes, end.
extension WorkerStream {
    func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow {
        let subject = Subject.transfer(frame.transfer)
        guard transfers[frame.transfer] == nil else {
            return refuse(.malformed, subject, sequence, detail: "the transfer is open already")
        }
        guard transfers.count < UpdateLimits.maximumTransfers else {
            return refuse(.overQuota, subject, sequence, detail: "too many open transfers")
        }
        guard let id = TaskID(frame.taskID) else {
            return refuse(.malformed, subject, sequence, detail: "not a task id")
        }
        guard MediaType.isValid(frame.mediaType) else {
            return refuse(.malformed, subject, sequence, detail: "not a media type")
        }
        guard frame.name.isEmpty || ContentDisposition.isValidFileName(frame.name) else {
            return refuse(.malformed, subject, sequence, detail: "not a file name")
        }
        if let refusal = judge(id, attempt: frame.attempt) {
            return refuse(refusal.reason, subject, sequence, state: refusal.state, attempt: refusal.attempt)
        }
        let name = String(decoding: frame.name, as: UTF8.self)
        let description = ResultDescription(
            mediaType: String(decoding: frame.mediaType, as: UTF8.self),
            name: name.isEmpty ? nil : name,
            coding: frame.coding == .gzip ? .gzip : .identity,
            isJSON: MediaType.matches(frame.mediaType, "application/json")
        )
        guard let carrier else { return .stop }
        // The attempt that is present now, so that a retry fences what was begun before it.
        let attempt = frame.attempt == 0 ? snapshot.attempt : frame.attempt
        let key = LiveJob.key(of: snapshot, attempt: attempt)
        let former = formerTransfer(key, description, offset: frame.offset)
        guard let slot = former?.slot ?? services.transferSlots.take() else {
            return refuse(.overQuota, subject, sequence, detail: "too many results are on their way in")
        }
        let limit = services.configuration.resultLimit
        let writer = former?.writer ?? services.results.begin(description, limit: limit, key: key)
        // The worker may have less to go on with than the store has; what it sends twice is passed over.
        let start = min(former?.held ?? 0, Int(clamping: frame.offset))
        let loop = carrier.eventLoop
        let receiver = ResultReceiver(
            writer: writer,
            from: start,
            slot: slot,
            services: services,
            loop: loop
        ) { [weak self] count in
            self?.taken(count)
        }
        let number = frame.transfer
        let timer = ConnectionTimer(services.timers(of: loop)) { [weak self] in self?.giveUpIdle(number) }
        timer.start(Limits.transferTimeout)
        transfers[number] = Transfer(
            id: id,
            attempt: attempt,
            key: key,
            description: description,
            receiver: receiver,
            timer: timer
        )
        output.appendResultState(transfer: frame.transfer, held: UInt64(start), .open)
        return .proceed
    }

    /// What is kept of the same result from a stream that was lost, if the worker wants to go on with it. What it does
    /// not go on with is given up, as this begin replaces it.
    private func formerTransfer(
        _ key: String,
        _ description: ResultDescription,
        offset: UInt64
    ) -> BrokenTransfers.Entry? {
        guard let former = services.transferSlots.broken.take(key) else { return nil }
        if offset > 0, former.description == description { return former }
        former.writer.abandon()
        return nil
    }

    func resultBytes(
        transfer number: UInt32,
        _ bytes: UnsafeRawBufferPointer,
        endsFrame: Bool,
        sequence: UInt64
    ) -> Flow {
        guard let transfer = transfers[number] else {
            return endsFrame && sequence != answered
                ? refuse(.unknownJob, .transfer(number), sequence, detail: "the transfer is not open") : .proceed
        }
        if let failure = transfer.receiver.failure {
            return giveUp(number, transfer, failure, sequence)
        }
        retained += bytes.count
        transfer.timer.start(Limits.transferTimeout)
        transfer.receiver.append(ByteBuffer(bytes: bytes))
        return .proceed
    }

    func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow {
        let number = frame.transfer
        guard let transfer = transfers[number] else {
            return refuse(.unknownJob, .transfer(number), sequence, detail: "the transfer is not open")
        }
        guard let length = Int(exactly: frame.length) else {
            return refuse(.malformed, .transfer(number), sequence, detail: "the length is out of range")
        }
        if let failure = transfer.receiver.failure { return giveUp(number, transfer, failure, sequence) }
        awaited = sequence
        transfer.timer.invalidate()
        transfer.receiver.finish(length: length, sha256: frame.sha256.map { Array($0) }) { [weak self] outcome in
            self?.conclude(number, transfer, outcome, sequence)
        }
        return .stop
    }

    /// Puts a stored result to its job, tells the worker, and goes on with what came behind.
    private func conclude(
        _ number: UInt32,
        _ transfer: Transfer,
        _ outcome: Result<StoredResult, ResultFailure>,
        _ sequence: UInt64
    ) {
        guard phase == .open, transfers.removeValue(forKey: number) != nil else { return }
        switch outcome {
        case .failure(let failure):
            transfer.receiver.abandon()
            refuse(failure, number, transfer, sequence)
        case .success(let stored):
            attach(ResultID(stored.id), number, transfer, sequence)
        }
        awaited = nil
        goOn()
    }

    private func attach(_ result: ResultID, _ number: UInt32, _ transfer: Transfer, _ sequence: UInt64) {
        let attached = services.table.attachResult(
            result,
            to: transfer.id,
            attempt: transfer.attempt,
            from: isForResults ? nil : owner,
            at: services.clock.now()
        )
        let subject = Subject.transfer(number)
        switch attached {
        case .attached(let dropped):
            services.discard(dropped)
            tellWhole(number, held: UInt64(transfer.receiver.held))
            return
        case .refused(let refusal, let state, let attempt):
            _ = refuse(RefusalReason(refusal), subject, sequence, state: state, attempt: attempt)
        case .unknown: _ = refuse(.unknownJob, subject, sequence)
        case .expired: _ = refuse(.expired, subject, sequence)
        }
        services.discard(result)
        output.appendResultState(transfer: number, held: 0, .gone)
    }

    /// Nothing came of a transfer for long; its place is free for others, and later frames of it are refused.
    private func giveUpIdle(_ number: UInt32) {
        guard phase == .open, let transfer = transfers[number] else { return }
        // The worker may have been kept from sending.
        guard !isHeldUp, transfers.values.allSatisfy({ $0.receiver.backlog == 0 }) else {
            return transfer.timer.start(Limits.transferTimeout)
        }
        transfers[number] = nil
        transfer.receiver.abandon()
        output.appendResultState(transfer: number, held: 0, .gone)
        carrier?.hasOutput()
    }

    private func giveUp(
        _ number: UInt32,
        _ transfer: Transfer,
        _ failure: ResultFailure,
        _ sequence: UInt64
    ) -> Flow {
        transfers[number] = nil
        transfer.timer.invalidate()
        answered = sequence
        transfer.receiver.abandon()
        // What the pool still has will not be reported any more. The carrier is told when the decoder has returned.
        retained -= transfer.receiver.backlog
        refuse(failure, number, transfer, sequence)
        return .proceed
    }

    private func refuse(_ failure: ResultFailure, _ number: UInt32, _ transfer: Transfer, _ sequence: UInt64) {
        let reason: RefusalReason =
            switch failure {
            case .malformedJSON, .corruptGzip, .wrongLength, .wrongDigest, .missingBytes: .malformedResult
            case .tooLarge, .storeFull: .overQuota
            case .disk, .ended, .damaged: .overQuota
            }
        var (state, attempt) = (ReportedState.none, UInt32(0))
        if case .found = services.table.read(transfer.id, at: now, into: snapshot) {
            state = ReportedState(rawValue: snapshot.state.rawValue)
            attempt = snapshot.attempt
        }
        output.appendRefusal(
            sequence: sequence,
            reason: reason,
            state: state,
            attempt: attempt,
            subject: .transfer(number),
            detail: "\(failure)"
        )
        output.appendResultState(transfer: number, held: 0, .gone)
    }

    /// The pool is done with `count` bytes of some transfer.
    private func taken(_ count: Int) {
        guard phase == .open else { return }
        carrier?.consume(count)
    }

    /// What stands against a result for that job and attempt before a byte of it has come.
    private func judge(
        _ id: TaskID,
        attempt: UInt32
    ) -> (reason: RefusalReason, state: JobState?, attempt: UInt32)? {
        switch services.table.read(id, at: now, into: snapshot) {
        case .unknown: return (.unknownJob, nil, 0)
        case .expired: return (.expired, nil, 0)
        case .found:
            if snapshot.state.isTerminal { return (.alreadyFinished, snapshot.state, snapshot.attempt) }
            if attempt != 0, attempt < snapshot.attempt { return (.attemptIsOver, snapshot.state, snapshot.attempt) }
            return nil
        }
    }
}
