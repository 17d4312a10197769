import Testing

@testable import telltale

@Suite("Watching a job")
struct JobWatchTests {
    /// A watch over prepared looks; returns how it ended, what was shown and how long it waited between.
    private func watch(
        limit: Duration? = nil,
        _ looks: [Result<(String, Int64), CommandFailure>]
    ) async -> (Result<telltale.ExitStatus, any Error>, shown: [String], pauses: [Duration]) {
        var (shown, pauses): ([String], [Duration]) = ([], [])
        var rest = looks[...]
        let watch = JobWatch(limit: limit, pause: { pauses.append($0) }) { () throws(CommandFailure) in
            let (state, retry) = try (rest.count > 1 ? rest.removeFirst() : rest[rest.startIndex]).get()
            let text = #"{"taskId":"a","status":"\#(state)","progress":0,"retryAfterMs":\#(retry)}"#
            let answer = JobAnswer(server: try ServerURL("http://x"), status: 200, body: Array(text.utf8))
            guard let view = JobView(try answer.value()) else { throw CommandFailure("no status") }
            return (answer, view)
        }
        do {
            let status = try await watch.run { shown.append($1.state.rawValue) }
            return (.success(status), shown, pauses)
        } catch {
            return (.failure(error), shown, pauses)
        }
    }

    private let away = CommandFailure("away", status: .unavailable)

    @Test("it asks again when the server says, within bounds, and ends with the job's outcome")
    func follows() async throws {
        let (end, shown, pauses) = await watch([
            .success(("queued", 250)), .success(("processing", 0)), .success(("processing", 999_999)),
            .success(("failed", 0)),
        ])
        #expect(try end.get() == .jobFailed)
        #expect(shown == ["queued", "processing", "processing", "failed"])
        #expect(pauses == [.milliseconds(250), .milliseconds(100), .milliseconds(30_000)])
    }

    @Test("a server that never answered is an error at once; one that went away is waited for, for a minute")
    func away() async throws {
        let (never, _, pauses) = await watch([.failure(away)])
        #expect(throws: away) { try never.get() }
        #expect(pauses.isEmpty)

        let (back, _, _) = await watch([
            .success(("queued", 100)), .failure(away), .failure(away), .success(("completed", 0)),
        ])
        #expect(try back.get() == .done)

        let (gone, _, waits) = await watch([.success(("queued", 100)), .failure(away)])
        #expect(throws: away) { try gone.get() }
        #expect(waits.reduce(.zero, +) >= ReaderLimits.serverAway)
    }

    @Test("a job that a server knew before it was away is waited for, for seconds; one that it never knew is not")
    func forgotten() async throws {
        let unknown = CommandFailure("unknown", status: .notFound)
        let (never, _, pauses) = await watch([.failure(unknown)])
        #expect(throws: unknown) { try never.get() }
        #expect(pauses.isEmpty)

        let (back, _, _) = await watch([
            .success(("queued", 100)), .failure(away), .failure(unknown), .failure(unknown), .success(("completed", 0)),
        ])
        #expect(try back.get() == .done)

        let (gone, _, waits) = await watch([.success(("queued", 1_000)), .failure(unknown)])
        #expect(throws: unknown) { try gone.get() }
        #expect(waits.reduce(.zero, +) == ReaderLimits.jobAway + .seconds(1))
    }

    @Test("any other error ends it")
    func error() async throws {
        let gone = CommandFailure("gone", status: .expired)
        let (end, _, _) = await watch([.success(("queued", 100)), .failure(gone)])
        #expect(throws: gone) { try end.get() }
    }

    @Test("a limit is kept, and zero looks once")
    func limit() async throws {
        let (once, shown, pauses) = await watch(limit: .zero, [.success(("processing", 100))])
        #expect(try once.get() == .otherState)
        #expect(shown == ["processing"])
        #expect(pauses.isEmpty)
        let (later, _, waits) = await watch(limit: .milliseconds(250), [.success(("processing", 100))])
        #expect(try later.get() == .otherState)
        #expect(waits.reduce(.zero, +) == .milliseconds(250))
        #expect(try await watch(limit: .zero, [.success(("completed", 0))]).0.get() == .done)
    }
}
