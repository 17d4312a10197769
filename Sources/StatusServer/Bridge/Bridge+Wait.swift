import Bytes
import StatusCore

/// Answers that wait for a job to change.
extension Bridge {
    /// What to wait for before the job that was just read is answered about; nil to answer now.
    func wait(_ subject: JobWait.Subject, for job: JobSnapshot, _ options: ReadOptions, _ call: Call) -> JobWait? {
        guard let seconds = options.wait, seconds > 0 else { return nil }
        let wait = JobWait(subject, for: job, seconds: seconds, options, call.context)
        return wait.isReached(by: job) ? nil : wait
    }

    /// Looks at a job that somebody waits for; nil when that has not come yet. Afterwards the scratch's snapshot holds
    /// the job.
    ///
    /// - Parameters:
    ///   - isOver: the time is up, or the wait must end for another reason: there is an answer then in any case.
    ///   - scratch: the event loop's own.
    ///   - output: the body of an answer is appended to it.
    func resume(
        _ wait: JobWait,
        isOver: Bool,
        at now: Instant,
        scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) -> BridgeDecision? {
        switch look(wait, isOver: isOver, at: now, scratch.snapshot, into: &output) {
        case .answer(var fields):
            fields.set(wait.context.origin)
            return .answer(fields)
        case .sendResult(var download):
            download.fields.set(wait.context.origin)
            return .sendResult(download)
        case let other: return other
        }
    }

    private func look(
        _ wait: JobWait,
        isOver: Bool,
        at now: Instant,
        _ job: JobSnapshot,
        into output: inout OutputBuffer
    ) -> BridgeDecision? {
        do throws(ErrorAnswer) {
            let id = try read(wait.id, at: now, into: job)
            guard isOver || wait.isReached(by: job) else { return nil }
            let view = JobView(options: wait.options, now: now, baseURL: wait.context.baseURL)
            return switch wait.subject {
            case .status: statusAnswer(for: job, view, into: &output)
            case .result: try resultAnswer(for: job, id, view)
            }
        } catch {
            var fields = error.write(asProblem: wait.context.wantsProblem, into: &output)
            if let seconds = wait.options.wait { fields.setWait(seconds) }
            return .answer(fields)
        }
    }
}

/// How a job that was read is to be shown.
struct JobView {
    let options: ReadOptions
    let now: Instant
    let baseURL: [UInt8]

    /// The fields of an answer about one job: what the kept contract has, and what was asked for beyond that.
    func fields(_ fields: ResponseFields) -> ResponseFields {
        guard let wait = options.wait else { return fields }
        var fields = fields
        fields.setWait(wait)
        return fields
    }
}
