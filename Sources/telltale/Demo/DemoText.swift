/// What the demo says before and after its jobs.
struct DemoText {
    /// Files with findings that the summary names.
    private static let namedFiles = 10

    let url: String
    let board: DemoBoard
    /// There were more files than the demo takes.
    let isCut: Bool

    func introduction(endsNow: Bool) -> String {
        let jobs = board.jobs
        let files =
            jobs.count == 1 ? "1 text file" : "\(jobs.count) text files" + (isCut ? " (the first ones found)" : "")
        return """
            Telltale serves \(url). \(DemoWorker.count) workers sanitize \(files) and report over HTTP/2.
            While they do\(endsNow ? "" : ", and afterwards"), try in another terminal:

              curl \(url)/api/jobs/\(jobs[0].id)/status
              curl --compressed \(url)/api/jobs/\(jobs[0].id)/result
              curl '\(url)/api/jobs?status=completed&limit=5'
              curl -X DELETE \(url)/api/jobs/\(jobs[jobs.count - 1].id)
              telltale watch --server \(url) \(jobs[jobs.count / 2].id)

            """
    }

    func summary(endsNow: Bool) -> String {
        let jobs = board.jobs
        var text = "\n"
        for (state, words) in [(ProgressLine.State.done, "completed"), (.failed, "failed"), (.cancelled, "cancelled")] {
            let count = jobs.count { $0.line.state == state }
            if count > 0 || state == .done { text += (text == "\n" ? "" : ", ") + "\(count) \(words)" }
        }
        let telling = jobs.filter { ($0.findings?.total ?? 0) > 0 }
        text += telling.isEmpty ? ". Nothing hidden in any of them." : ". Hidden characters in \(telling.count):\n"
        for job in telling.prefix(Self.namedFiles) {
            text += "\n  \(TerminalText.harmless(job.line.label)): \(job.line.detail)"
        }
        if telling.count > Self.namedFiles { text += "\n  and \(telling.count - Self.namedFiles) more" }
        for job in jobs where job.line.state == .failed {
            text += "\n  \(TerminalText.harmless(job.line.label)) failed: \(TerminalText.harmless(job.line.detail))"
        }
        return endsNow ? text : text + "\n\nThe results stay until you press Ctrl-C."
    }
}
