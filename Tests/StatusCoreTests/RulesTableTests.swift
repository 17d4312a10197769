import StatusCore
import Testing

/// Every state × every event × the attempt it names, as a table. The job is at attempt 2.
///
/// `over`: refused, the attempt is over. `done`: refused, the job is finished. Else the state that readers see
/// afterwards; `'` says that a new attempt has begun, `=` that readers see no difference: the version stands.
private let table = """
    state       event      by 1   by none      by 2         by 3

    queued      heartbeat  over   queued=      queued=      queued'
    queued      note       over   queued       queued       queued'
    queued      progress   over   processing   processing   processing'
    queued      units      over   processing   processing   processing'
    queued      step       over   processing   processing   processing'
    queued      start      over   processing   processing   processing'
    queued      complete   over   completed    completed    completed'
    queued      fail       over   failed       failed       failed'
    queued      retry      over   queued=      queued=      queued'
    queued      bind       over   queued=      queued=      queued'
    queued      result     over   queued=      queued=      queued'
    queued      cancel     -      cancelled    -            -
    queued      delete     -      cancelled    -            -

    processing  heartbeat  over   processing=  processing=  queued'
    processing  note       over   processing   processing   queued'
    processing  progress   over   processing   processing   processing'
    processing  units      over   processing   processing   processing'
    processing  step       over   processing   processing   processing'
    processing  start      over   processing=  processing=  processing'
    processing  complete   over   completed    completed    completed'
    processing  fail       over   failed       failed       failed'
    processing  retry      over   queued'      processing=  queued'
    processing  bind       over   processing=  processing=  queued'
    processing  result     over   processing=  processing=  queued'
    processing  cancel     -      cancelled    -            -
    processing  delete     -      cancelled    -            -

    completed   heartbeat  done   done         done         done
    completed   note       done   done         done         done
    completed   progress   done   done         done         done
    completed   units      done   done         done         done
    completed   step       done   done         done         done
    completed   start      done   done         done         done
    completed   complete   done   completed=   completed=   done
    completed   fail       done   done         done         done
    completed   retry      done   done         done         done
    completed   bind       done   done         done         done
    completed   result     done   done         done         done
    completed   cancel     -      completed=   -            -
    completed   delete     -      cancelled    -            -

    failed      heartbeat  done   done         done         done
    failed      note       done   done         done         done
    failed      progress   done   done         done         done
    failed      units      done   done         done         done
    failed      step       done   done         done         done
    failed      start      done   done         done         done
    failed      complete   done   done         done         done
    failed      fail       done   failed=      failed=      done
    failed      retry      done   done         done         done
    failed      bind       done   done         done         done
    failed      result     done   done         done         done
    failed      cancel     -      failed=      -            -
    failed      delete     -      cancelled    -            -

    cancelled   heartbeat  done   done         done         done
    cancelled   note       done   done         done         done
    cancelled   progress   done   done         done         done
    cancelled   units      done   done         done         done
    cancelled   step       done   done         done         done
    cancelled   start      done   done         done         done
    cancelled   complete   done   done         done         done
    cancelled   fail       done   done         done         done
    cancelled   retry      done   done         done         done
    cancelled   bind       done   done         done         done
    cancelled   result     done   done         done         done
    cancelled   cancel     -      cancelled=   -            -
    cancelled   delete     -      cancelled    -            -

    removed     heartbeat  done   done         done         done
    removed     note       done   done         done         done
    removed     progress   done   done         done         done
    removed     units      done   done         done         done
    removed     step       done   done         done         done
    removed     start      done   done         done         done
    removed     complete   done   done         done         done
    removed     fail       done   done         done         done
    removed     retry      done   done         done         done
    removed     bind       done   done         done         done
    removed     result     done   done         done         done
    removed     cancel     -      cancelled=   -            -
    removed     delete     -      cancelled=   -            -
    """

/// A line of the table.
struct RuleRow: Sendable, CustomTestStringConvertible {
    let state: String
    let event: String
    /// By attempt 1, by none, by 2, by 3.
    let cells: [String]

    var testDescription: String { "\(state) × \(event)" }

    static let all: [RuleRow] = table.split(separator: "\n").dropFirst().map { line in
        let words = line.split(separator: " ").map(String.init)
        return RuleRow(state: words[0], event: words[1], cells: Array(words[2...]))
    }
}

@Suite("The state machine, by its table")
struct RulesTableTests {
    private let id = named("job")

    @Test("Every event has the outcome that the table says", .tags(.unit008), arguments: RuleRow.all)
    func outcomeIsAsInTheTable(row: RuleRow) {
        for (named, expected) in zip([1, 0, 2, 3] as [UInt32], row.cells) where expected != "-" {
            let bench = prepare(row.state)
            let before = bench.read(id).version
            let actual = perform(row.event, attempt: named, on: bench)
            let word = actual ?? describe(bench, since: before)
            #expect(word == expected, "\(row.state) × \(row.event) by \(named)")
            let moved = bench.read(id).version - before
            #expect(moved == (actual != nil || expected.hasSuffix("=") ? 0 : 1), "the version moves by one at most")
        }
    }

    @Test("The table has a line for every state and event", .tags(.unit008))
    func tableIsComplete() {
        #expect(RuleRow.all.count == 6 * 13)
        #expect(Set(RuleRow.all.map(\.testDescription)).count == 6 * 13)
    }

    /// A job in `state` at attempt 2, with a number of everything that an attempt has.
    private func prepare(_ state: String) -> Bench {
        let bench = Bench()
        bench.submit(id)
        bench.apply(.retry(attempt: 2), to: id)
        if state == "queued" { return bench }
        bench.report(1_000, to: id)
        switch state {
        case "completed": bench.apply(.complete(attempt: 0), to: id)
        case "failed": bench.fail(id)
        case "cancelled": _ = bench.table.cancel(id, reason: nil, at: bench.now)
        case "removed":
            bench.apply(.complete(attempt: 0), to: id)
            _ = bench.table.delete(id, at: bench.now)
        default: break
        }
        return bench
    }

    /// Lets `event` happen and returns the word for a refusal.
    private func perform(_ event: String, attempt: UInt32, on bench: Bench) -> String? {
        switch event {
        case "bind": return bind(attempt, on: bench)
        case "result": return attach(attempt, on: bench)
        case "cancel":
            _ = bench.table.cancel(id, reason: "no need", at: bench.now)
            return nil
        case "delete":
            _ = bench.table.delete(id, at: bench.now)
            return nil
        default:
            let outcome = Text.with("words") { bench.apply(jobEvent(event, attempt, $0), to: id) }
            return outcome.refusal.map(word)
        }
    }

    private func jobEvent(_ name: String, _ attempt: UInt32, _ text: Text) -> JobEvent {
        switch name {
        case "heartbeat": .update(JobUpdate(attempt: attempt))
        case "note": .update(JobUpdate(attempt: attempt, note: text))
        case "progress": .update(JobUpdate(attempt: attempt, progress: BasisPoints(5_000)))
        case "units": .update(JobUpdate(attempt: attempt, units: Units(done: 7, total: 10)))
        case "step": .update(JobUpdate(attempt: attempt, step: StepUpdate(index: 1, total: 2, name: text)))
        case "start": .start(attempt: attempt)
        case "complete": .complete(attempt: attempt)
        case "fail": .fail(attempt: attempt, Failure(text: text))
        default: .retry(attempt: attempt)
        }
    }

    private func bind(_ attempt: UInt32, on bench: Bench) -> String? {
        let outcome = bench.table.bind(
            id,
            attempt: attempt,
            creating: nil,
            sharing: false,
            owner: OwnerID(1),
            handle: Handle(1),
            at: bench.now
        )
        if case .refused(let refusal, _, _) = outcome { return word(refusal) }
        return nil
    }

    private func attach(_ attempt: UInt32, on bench: Bench) -> String? {
        let outcome = bench.table.attachResult(ResultID(9), to: id, attempt: attempt, from: nil, at: bench.now)
        if case .refused(let refusal, _, _) = outcome { return word(refusal) }
        return nil
    }

    private func word(_ refusal: Refusal) -> String {
        switch refusal {
        case .attemptIsOver: "over"
        case .alreadyFinished: "done"
        default: "\(refusal)"
        }
    }

    private func describe(_ bench: Bench, since version: UInt64) -> String {
        let job = bench.read(id)
        return "\(job.state)" + (job.attempt == 2 ? "" : "'") + (job.version == version ? "=" : "")
    }
}
