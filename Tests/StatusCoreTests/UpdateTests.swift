import StatusCore
import Testing

@Suite("A worker's updates")
struct UpdateTests {
    private let bench = Bench()
    private let id = named("job")

    init() { bench.submit(id) }

    @Test("Progress is read back in basis points", .tags(.unit002, .unit010))
    func progress() {
        #expect(bench.report(4_217, to: id).isVisible)
        #expect(bench.read(id).progress == BasisPoints(4_217))
        #expect(bench.read(id).state == .processing)
    }

    @Test("Progress never goes back within an attempt, and a lower value is still a sign of life", .tags(.unit010))
    func monotonic() {
        bench.report(5_000, to: id)
        let version = bench.read(id).version
        let outcome = bench.report(4_000, to: id)
        #expect(outcome.refusal == nil && !outcome.isVisible)
        #expect(bench.read(id).progress == BasisPoints(5_000))
        #expect(bench.read(id).version == version)
    }

    @Test("Zero is a value: it starts a queued job", .tags(.unit002, .unit010))
    func zero() {
        bench.report(0, to: id)
        #expect(bench.read(id).state == .processing)
        #expect(bench.read(id).progress == .zero)
    }

    @Test("Units give the percentage, and show what was said when it keeps its maximum", .tags(.unit002, .unit010))
    func units() {
        Text.with("rows") { unit in
            _ = bench.apply(.update(JobUpdate(units: Units(done: 50, total: 200), unit: unit)), to: id)
        }
        #expect(bench.read(id).progress == BasisPoints(2_500))
        #expect(bench.read(id).units == Units(done: 50, total: 200))
        #expect(bench.read(id).text(.unit) == "rows")
        #expect(bench.apply(.update(JobUpdate(units: Units(done: 50, total: 400))), to: id).isVisible)
        #expect(bench.read(id).progress == BasisPoints(2_500))
        #expect(bench.read(id).units == Units(done: 50, total: 400))
        #expect(bench.read(id).text(.unit) == "rows")
    }

    @Test("Said progress goes before what units would give", .tags(.unit002))
    func progressBeforeUnits() {
        let update = JobUpdate(progress: BasisPoints(100), units: Units(done: 9, total: 10))
        bench.apply(.update(update), to: id)
        #expect(bench.read(id).progress == BasisPoints(100))
    }

    @Test("A step has an index, a total and a name", .tags(.unit010))
    func step() {
        Text.with("Extracting") { name in
            let update = JobUpdate(step: StepUpdate(index: 2, total: 5, name: name))
            #expect(bench.apply(.update(update), to: id).isVisible)
            #expect(!bench.apply(.update(update), to: id).isVisible)
        }
        #expect(bench.read(id).step?.index == 2 && bench.read(id).step?.total == 5)
        #expect(bench.read(id).text(.stepName) == "Extracting")
    }

    @Test("A note is kept until it is said anew, and empty text takes it away", .tags(.unit010))
    func note() {
        for (text, isVisible) in [
            ("one", true), ("one", false), ("another, longer note", true), ("", true), ("", false),
        ] {
            let outcome = Text.with(text) { bench.apply(.update(JobUpdate(note: $0)), to: id) }
            #expect(outcome.isVisible == isVisible, "\(text)")
            #expect(bench.read(id).text(.note) == (text.isEmpty ? nil : text))
        }
        #expect(bench.read(id).state == .queued)
    }

    @Test("A heartbeat moves neither the version nor the time of the last change", .tags(.unit010))
    func heartbeat() {
        bench.report(1, to: id)
        let version = bench.read(id).version
        let updatedAt = bench.read(id).updatedAt
        bench.pass(seconds: 5)
        #expect(bench.apply(.update(JobUpdate()), to: id) == ApplyOutcome(state: .processing, attempt: 1))
        #expect(bench.read(id).version == version)
        #expect(bench.read(id).updatedAt == updatedAt)
    }

    @Test("One update with many fields moves the version by one", .tags(.unit010))
    func oneVersion() {
        Text.with("text") { text in
            let update = JobUpdate(
                progress: BasisPoints(1),
                units: Units(done: 1, total: 2),
                unit: text,
                step: StepUpdate(index: 1, total: 1, name: text),
                note: text
            )
            bench.apply(.update(update), to: id)
        }
        #expect(bench.read(id).version == 2)
    }

    @Test("A text beyond its limit is refused and changes nothing", .tags(.unit010))
    func limits() {
        let long = String(repeating: "x", count: Limits.noteLength + 1)
        Text.with(long) { text in
            let events: [JobEvent] = [
                .update(JobUpdate(progress: BasisPoints(9), note: text)), .update(JobUpdate(unit: text)),
                .update(JobUpdate(step: StepUpdate(index: 0, total: 0, name: text))),
                .fail(attempt: 0, Failure(code: text, text: text)),
            ]
            for event in events { #expect(bench.apply(event, to: id).refusal == .malformed) }
        }
        #expect(bench.read(id).version == 1)
        #expect(bench.read(id).state == .queued)
    }

    @Test("Completion makes it 100 %", .tags(.unit002))
    func completion() {
        bench.report(1_234, to: id)
        bench.pass(seconds: 2)
        bench.apply(.complete(attempt: 0), to: id)
        let job = bench.read(id)
        #expect(job.progress == .complete)
        #expect(job.completedAt == bench.now.wall)
        #expect(job.startedAt == bench.now.wall - 2_000)
        #expect(job.estimatedCompletion == nil)
        #expect(job.retryAfter == 0)
    }

    @Test("A failure keeps its code, its text and its advice")
    func failure() {
        bench.report(1_000, to: id)
        bench.fail(id, "disk full", code: "io")
        let job = bench.read(id)
        #expect(job.hasFailure && job.failureIsRetryable)
        #expect(job.text(.failureText) == "disk full")
        #expect(job.text(.failureCode) == "io")
        #expect(job.progress == BasisPoints(1_000))
        #expect(job.completedAt == nil)
    }

    @Test("A new attempt clears progress, units, step and the staged result, and counts as one change")
    func newAttempt() {
        Text.with("text") { text in
            let update = JobUpdate(
                units: Units(done: 1, total: 2),
                unit: text,
                step: StepUpdate(index: 1, total: 1, name: text)
            )
            bench.apply(.update(update), to: id)
        }
        _ = bench.table.attachResult(ResultID(5), to: id, attempt: 0, from: nil, at: bench.now)
        let version = bench.read(id).version
        let outcome = bench.apply(.retry(attempt: 0), to: id)
        #expect(outcome == ApplyOutcome(state: .queued, attempt: 2, isVisible: true, releasedResult: ResultID(5)))
        let job = bench.read(id)
        #expect(job.version == version + 1)
        #expect(job.progress == .zero && job.units == nil && job.step == nil && job.startedAt == nil)
        #expect(job.text(.unit) == nil && job.text(.stepName) == nil)
        #expect(job.stagedResultID == .none)
    }

    @Test("A counter of attempts at its end does not wrap")
    func lastAttempt() {
        bench.apply(.start(attempt: .max), to: id)
        #expect(bench.apply(.retry(attempt: 0), to: id).refusal == .malformed)
        #expect(bench.read(id).attempt == .max)
    }
}
