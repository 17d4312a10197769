import Bytes
import UpdateProtocol

/// The fake server's end of one stream of frames: applies what comes to ``FakeState``, simply.
final class FakeStream: UpFrameHandler {
    private let state: FakeState
    private var decoder = UpFrameDecoder()
    private var bound: [UInt32: (id: String, attempt: UInt32)] = [:]
    private var transfer: (id: String, mediaType: String, bytes: [UInt8])?
    private var acknowledged: UInt64 = 0
    private var firstSequence: UInt64 = 1
    var output = OutputBuffer()
    var isOver = false
    var isForResults = false
    /// Bytes that the stream's window has not been opened by.
    var retained = 0

    init(_ state: FakeState) {
        self.state = state
    }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        var handler = self
        if case .failed(let error) = decoder.decode(bytes, into: &handler) {
            output.appendError(error)
            isOver = true
        }
        let applied = decoder.nextSequence
        if !isForResults, applied > 0 { state.change { $0.watermark = max($0.watermark, applied - 1) } }
    }

    func acknowledge() {
        guard decoder.nextSequence > acknowledged + 1 else { return }
        acknowledged = decoder.nextSequence - 1
        tellWatermarks()
    }

    /// Says again what is applied, and durable by now; nothing before the first item.
    func tellWatermarks() {
        guard acknowledged >= firstSequence else { return }
        let now = state.now
        output.appendAcknowledgement(
            applied: acknowledged,
            durable: now.isDurable ? min(now.durable, acknowledged) : nil
        )
    }

    func cancel(_ id: String, reason: String) {
        guard let handle = bound.first(where: { $0.value.id == id })?.key else { return }
        output.appendCancel(handle: handle, deadline: 5_000, reason: reason)
    }

    private func note(_ frame: String) {
        state.change { $0.frames.append(frame) }
    }

    /// Changes a live job, or refuses.
    private func change(
        _ handle: UInt32,
        _ sequence: UInt64,
        repeating ending: ReportedState? = nil,
        _ body: (inout FakeState.Job) -> Void
    ) -> Flow {
        guard let (id, attempt) = bound[handle] else {
            output.appendRefusal(sequence: sequence, reason: .unknownJob, subject: .handle(handle))
            return .proceed
        }
        let refusal = state.change { content -> (UpdateProtocol.RefusalReason, ReportedState)? in
            let job = content.jobs[id]!
            if job.isTerminal { return job.state == ending ? nil : (.alreadyFinished, job.state) }
            if attempt < job.attempt { return (.attemptIsOver, job.state) }
            body(&content.jobs[id]!)
            return nil
        }
        if let (reason, state) = refusal {
            output.appendRefusal(sequence: sequence, reason: reason, state: state, subject: .handle(handle))
        }
        return .proceed
    }

    // MARK: Frames

    func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow {
        state.change { $0.updates += 1 }
        return change(handle, sequence) {
            $0.basisPoints = max($0.basisPoints ?? 0, basisPoints)
            $0.state = .processing
        }
    }

    func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow {
        state.change { $0.updates += 1 }
        if frame.basisPoints == nil, frame.units == nil, frame.step == nil, frame.note == nil { note("heartbeat") }
        return change(frame.handle, sequence) { job in
            if frame.basisPoints != nil || frame.units != nil || frame.step != nil { job.state = .processing }
            if let basisPoints = frame.basisPoints { job.basisPoints = max(job.basisPoints ?? 0, basisPoints) }
            if let units = frame.units { job.amount = "\(units.done)/\(units.total)" }
            if let unit = frame.unit { job.unit = String(decoding: unit, as: UTF8.self) }
            if let step = frame.step {
                job.step = "\(step.index)/\(step.total) \(String(decoding: step.name, as: UTF8.self))"
            }
            if let note = frame.note { job.note = String(decoding: note, as: UTF8.self) }
        }
    }

    func hello(_ frame: HelloFrame) -> Flow {
        isForResults = frame.isForResults
        firstSequence = frame.firstSequence
        acknowledged = firstSequence - 1
        let before = state.now
        let isResumed = !isForResults && before.resumes && frame.epoch != 0 && frame.epoch == before.epoch
        if !isForResults {
            state.change {
                $0.greetings += 1
                $0.epoch += 1
            }
            note("hello \(frame.epoch) \(frame.firstSequence)")
        }
        output.appendWelcome(
            WelcomeFrame(
                isEphemeral: !before.isDurable,
                isResumed: isResumed,
                epoch: state.now.epoch,
                heartbeatInterval: before.heartbeatInterval,
                boot: 1
            )
        )
        if isResumed { output.appendAcknowledgement(applied: before.watermark) }
        return .proceed
    }

    func bind(_ frame: BindFrame, sequence: UInt64) -> Flow {
        let id = String(decoding: frame.taskID, as: UTF8.self)
        note("bind \(id)")
        let job = state.change { content -> FakeState.Job in
            content.jobs[id, default: FakeState.Job()].binds += 1
            let job = content.jobs[id]!
            if !job.isTerminal, frame.attempt > job.attempt {
                content.jobs[id] = FakeState.Job(attempt: frame.attempt, binds: job.binds)
            }
            return content.jobs[id]!
        }
        guard !job.isTerminal, frame.attempt == 0 || frame.attempt == job.attempt else {
            output.appendRefusal(
                sequence: sequence,
                reason: job.isTerminal ? .alreadyFinished : .attemptIsOver,
                state: job.state,
                subject: .handle(frame.handle)
            )
            return .proceed
        }
        bound[frame.handle] = (id, job.attempt)
        return .proceed
    }

    func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        change(handle, sequence) { $0.state = .processing }
    }

    func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        note("complete")
        return change(handle, sequence, repeating: .completed) { $0.state = .completed }
    }

    func fail(_ frame: FailFrame, sequence: UInt64) -> Flow {
        let text = "\(String(decoding: frame.code, as: UTF8.self)): \(String(decoding: frame.text, as: UTF8.self))"
        return change(frame.handle, sequence, repeating: .failed) {
            $0.state = .failed
            $0.failure = text
        }
    }

    func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        bound[handle]?.attempt = attempt
        return change(handle, sequence) {
            if attempt > $0.attempt { $0 = FakeState.Job(attempt: attempt, binds: $0.binds) }
        }
    }

    func cancelAnswer(handle: UInt32, _ answer: CancelAnswer, sequence: UInt64) -> Flow {
        if let id = bound[handle]?.id { state.change { $0.jobs[id]!.answers.append(answer) } }
        return .proceed
    }

    func unbind(handle: UInt32, sequence: UInt64) -> Flow {
        note("unbind \(bound[handle]?.id ?? "?")")
        bound[handle] = nil
        return .proceed
    }

    func flush(sequence: UInt64) -> Flow {
        note("flush")
        return .proceed
    }

    func goodbye(sequence: UInt64) -> Flow {
        note("goodbye")
        isOver = true
        return .proceed
    }

    func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow {
        note("malformed: \(reason)")
        output.appendRefusal(sequence: sequence, reason: .malformed, subject: subject, detail: reason)
        return .proceed
    }

    // MARK: Results

    func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow {
        transfer = (
            String(decoding: frame.taskID, as: UTF8.self), String(decoding: frame.mediaType, as: UTF8.self), []
        )
        let held = state.change { content in
            content.resultOffsets.append(frame.offset)
            return content.keepsBrokenResults && frame.offset > 0 ? content.brokenResult : []
        }
        transfer?.bytes = held
        output.appendResultState(transfer: frame.transfer, held: UInt64(held.count), .open)
        return .proceed
    }

    func resultBytes(
        transfer number: UInt32,
        _ bytes: UnsafeRawBufferPointer,
        endsFrame: Bool,
        sequence: UInt64
    ) -> Flow {
        transfer?.bytes.append(contentsOf: bytes)
        state.change { content in
            content.resultBytesSeen += bytes.count
            if content.keepsBrokenResults { content.brokenResult.append(contentsOf: bytes) }
        }
        return .proceed
    }

    func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow {
        guard let transfer, transfer.bytes.count == frame.length else {
            output.appendRefusal(sequence: sequence, reason: .malformedResult, subject: .transfer(frame.transfer))
            return .proceed
        }
        if transfer.mediaType == "application/json", transfer.bytes.first != UInt8(ascii: "{") {
            let detail: StaticString = "not JSON"
            output.appendRefusal(
                sequence: sequence,
                reason: .malformedResult,
                subject: .transfer(frame.transfer),
                detail: detail
            )
            output.appendResultState(transfer: frame.transfer, held: 0, .gone)
            return .proceed
        }
        state.change {
            $0.jobs[transfer.id]?.result = transfer.bytes
            $0.jobs[transfer.id]?.mediaType = transfer.mediaType
        }
        output.appendResultState(transfer: frame.transfer, held: frame.length, .whole)
        return .proceed
    }
}
