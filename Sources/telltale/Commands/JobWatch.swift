/// Looks at a job until it has ended, no more often than the server asks for.
struct JobWatch {
    typealias Look = () async throws(CommandFailure) -> (answer: JobAnswer, view: JobView)

    private let limit: Duration?
    private let look: Look
    private let pause: (Duration) async throws -> Void

    /// - Parameters:
    ///   - limit: when to give up; nil: never.
    ///   - pause: how to wait; another one for tests.
    init(
        limit: Duration?,
        pause: @escaping (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        look: @escaping Look
    ) {
        self.limit = limit
        self.pause = pause
        self.look = look
    }

    /// Shows each status that it got to `show`, and returns what the last one means for the exit code.
    ///
    /// - Throws: ``CommandFailure`` of a look, or of `show`. Once there was an answer, a server that gives none is
    ///   asked again for ``ReaderLimits/serverAway``, and one that has forgotten the job for ``ReaderLimits/jobAway``.
    func run(_ show: (JobAnswer, JobView) throws -> Void) async throws -> ExitStatus {
        var waited = Duration.zero
        var silence: Duration?
        var absence: Duration?
        while true {
            var next = Duration.milliseconds(1_000)
            do {
                let (answer, view) = try await look()
                silence = .zero
                absence = .zero
                try show(answer, view)
                if view.isDone { return view.outcome }
                next = Self.pause(view.retryAfterMilliseconds)
            } catch let failure as CommandFailure where failure.status == .unavailable {
                guard let soFar = silence, soFar < ReaderLimits.serverAway else { throw failure }
                silence = soFar + next
            } catch let failure as CommandFailure where failure.status == .notFound {
                // A job is forgotten when the server is started anew, which may go unseen between two looks.
                guard let soFar = absence, soFar < ReaderLimits.jobAway else { throw failure }
                silence = .zero
                absence = soFar + next
            }
            if let limit {
                guard waited < limit else { return .otherState }
                next = min(next, limit - waited)
            }
            try await pause(next)
            waited += next
        }
    }

    private static func pause(_ milliseconds: Int64?) -> Duration {
        let asked = milliseconds ?? 1_000
        return .milliseconds(min(max(asked, ReaderLimits.pause.lowerBound), ReaderLimits.pause.upperBound))
    }
}
