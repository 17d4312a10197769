import ResultStore
import StatusCore

/// A result that may still be on its way.
struct LiveDownload: Sendable {
    /// Complete but for the framing; the length of the body is not known.
    var fields: ResponseFields
    let job: LiveJob
    /// Goes on until the job has completed.
    let follows: Bool
}

/// The job whose result is on its way, in the attempt that a reader began with.
struct LiveJob: Sendable {
    let id: TaskID
    let reference: JobReference
    let attempt: UInt32
    let key: String

    /// The job in the state that `snapshot` holds.
    init(_ snapshot: JobSnapshot) {
        id = snapshot.id
        reference = snapshot.reference
        attempt = snapshot.attempt
        key = LiveJob.key(of: snapshot, attempt: snapshot.attempt)
    }

    /// The name by which the store knows what a worker sends for an attempt: a later job of the same id has another.
    static func key(of snapshot: JobSnapshot, attempt: UInt32) -> String {
        "\(snapshot.id) \(snapshot.createdAt) \(attempt)"
    }
}

extension Bridge {
    /// `GET …/result?partial=1`, with `follow=1` or without.
    func partialAnswer(for job: JobSnapshot, _ id: TaskID, _ options: ReadOptions) throws(ErrorAnswer) -> BridgeDecision
    {
        let live = LiveJob(job)
        let isComplete = job.state == .completed
        let resultID = isComplete ? job.resultID : job.stagedResultID
        let whole = resultID == .none ? nil : results.result(resultID.rawValue)
        var fields = ResponseFields(200, nil)
        fields.isJobAnswer = true
        fields.add("X-Result-Offset", "x-result-offset", "0")
        fields.add("X-Result-Complete", "x-result-complete", isComplete ? "true" : "false")
        let goesOn = options.follows && !job.state.isTerminal
        if let whole, !goesOn {
            fields.setStored(
                mediaType: whole.mediaType,
                disposition: Disposition.value(mediaType: whole.mediaType, name: whole.name)
            )
            let body = ResultBody(whole: whole, coding: .identity)
            return .sendResult(ResultDownload(fields: fields, result: whole, body: body))
        }
        let arriving = job.state.isTerminal ? nil : results.arriving(live.key)
        guard arriving != nil || goesOn else { throw .noResult(id) }
        let mediaType = arriving?.mediaType ?? whole?.mediaType ?? "application/octet-stream"
        let name = arriving?.name ?? whole?.name
        fields.setStored(mediaType: mediaType, disposition: Disposition.value(mediaType: mediaType, name: name))
        return .sendLive(LiveDownload(fields: fields, job: live, follows: options.follows))
    }
}
