import JobStore
import StatusCore

/// A row, read as a job.
struct LegacyReading {
    var image: JobImage
    /// What could not be read as it stands.
    var oddities: [String]

    /// nil for an id that no route takes.
    init?(_ job: LegacyJob, at now: Int64) {
        guard let id = TaskID(job.taskID) else { return nil }
        oddities = job.hasUnknownTime ? ["a time cannot be read"] : []
        let createdAt = max(job.createdAt ?? job.updatedAt ?? now, 0)
        let expiresAt = job.expiresAt ?? createdAt + LegacyReading.day
        let seconds = (expiresAt - createdAt + 999) / 1_000
        let ttl = UInt32(min(max(seconds, 1), Int64(StatusCore.Limits.ttl)))
        image = JobImage(Submission(id: id, ttl: ttl), createdAt: createdAt)
        image.updatedAt = max(job.updatedAt ?? createdAt, createdAt)
        image.attempt = UInt32(clamping: max(job.retries, 0) + 1)
        takeState(job)
        image.progress = image.state == .completed ? .complete : LegacyReading.progress(job.progress)
        takeStep(job)
        guard image.state.isTerminal else { return }
        image.endedAt = image.updatedAt
        image.submission.resultTTL = ttl
        guard let end = job.resultExpiresAt else { return }
        let life = (end - image.updatedAt + 999) / 1_000
        image.submission.resultTTL = UInt32(min(max(life, 1), Int64(StatusCore.Limits.ttl)))
    }

    private static let day: Int64 = 86_400_000

    private mutating func takeState(_ job: LegacyJob) {
        switch job.state.lowercased() {
        case "queued": image.state = .queued
        case "processing": image.state = .processing
        case "completed": image.state = .completed
        case "cancelled": image.state = .cancelled
        case "failed": image.state = .failed
        default:
            // Nobody will take it further, and a client that polls should come to an end.
            image.state = .failed
            image.failureCode = "unknownState"
            oddities.append("an unknown state, imported as failed")
        }
        if image.state == .failed {
            let unknown = image.failureCode.isEmpty ? "" : "unknown state \(job.state)"
            image.failureText = (job.errorMessage ?? unknown).clipped(to: StatusCore.Limits.failureTextLength)
        }
        if image.state == .processing { image.startedAt = image.createdAt }
    }

    private mutating func takeStep(_ job: LegacyJob) {
        guard let text = job.step, !text.isEmpty else { return }
        let total = UInt32(clamping: job.totalSteps ?? 0)
        if let number = UInt32(text) {
            image.step = .init(index: number, total: total, name: "")
        } else {
            image.step = .init(index: 0, total: total, name: text.clipped(to: StatusCore.Limits.stepNameLength))
        }
    }

    /// Per cent in hundredths; what is none is 0.
    private static func progress(_ percent: Double) -> BasisPoints {
        guard percent.isFinite else { return .zero }
        return BasisPoints(Int((min(max(percent, 0), 100) * 100).rounded())) ?? .zero
    }
}

extension String {
    /// As many whole characters as fit into so many bytes of UTF-8.
    fileprivate func clipped(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = startIndex
        var length = 0
        for index in indices {
            length += self[index].utf8.count
            if length > limit { break }
            end = self.index(after: index)
        }
        return String(self[..<end])
    }
}
