import StatusCore

extension TableBench {
    /// Makes the jobs of these numbers.
    func insert(_ numbers: Range<Int>) -> Tally {
        var tally = Tally()
        var ids: [TaskID] = []
        ids.reserveCapacity(BenchLimits.block)
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: BenchLimits.block) {
            ids.removeAll(keepingCapacity: true)
            let end = min(start + BenchLimits.block, numbers.upperBound)
            for number in start..<end { ids.append(NumberedID.of(number)) }
            let now = BenchClock.instant()
            tally.measure(ids.count) {
                var created = 0
                for id in ids {
                    if case .created = table.submit(Submission(id: id), at: now) { created &+= 1 }
                }
                return created
            }
        }
        return tally
    }

    /// Binds the jobs of these numbers and starts them.
    /// - Returns: their places in order; fewer when the table refused one.
    func bind(_ numbers: Range<Int>) -> [JobReference] {
        var references: [JobReference] = []
        references.reserveCapacity(numbers.count)
        let now = BenchClock.instant()
        for number in numbers {
            let outcome = table.bind(
                NumberedID.of(number),
                attempt: 0,
                creating: nil,
                sharing: false,
                owner: owner,
                handle: Handle(UInt32(number)),
                at: now
            )
            guard case .bound(let reference, _, _) = outcome,
                table.apply(.start(attempt: 0), to: reference, from: owner, at: now).refusal == nil
            else { return references }
            references.append(reference)
        }
        return references
    }

    /// True when a sample of the jobs, and all warm ones, have come to the progress that the plan foretells.
    func hasForetoldEnd() -> Bool {
        let counts = table.counts()
        let warm = plan.jobs..<plan.jobs + plan.warmJobs * plan.threads
        guard counts.processing == warm.upperBound, counts.total == warm.upperBound else { return false }

        let step = max(1, plan.jobs / BenchLimits.sample)
        let last = plan.warmProgress(BenchLimits.rounds - 1, plan.warmPasses - 1)
        return foretold(each: step).enumerated().allSatisfy { hasProgress($1, $0 * step) }
            && warm.allSatisfy { hasProgress(last, $0) }
    }

    private func hasProgress(_ progress: BasisPoints, _ number: Int) -> Bool {
        let snapshot = JobSnapshot()
        let id = NumberedID.of(number)
        guard case .found = table.read(id, at: BenchClock.instant(), into: snapshot) else { return false }
        return snapshot.id == id && snapshot.progress == progress
    }

    /// The progress of the jobs 0, `step`, 2 x `step` and so on after all updates, worked out without a table: the
    /// highest that any update brought.
    private func foretold(each step: Int) -> [BasisPoints] {
        var progress = [BasisPoints](repeating: .zero, count: (plan.jobs - 1) / step + 1)
        for round in 0..<BenchLimits.rounds {
            for turn in [TablePlan.Turn.updates, .mix] {
                for thread in 0..<plan.threads {
                    var choices = plan.choices(turn, round, thread)
                    for block in 0..<plan.blocks {
                        let brought = plan.progress(turn, round, block)
                        for _ in 0..<BenchLimits.block {
                            let (job, isTenth) = choices.next()
                            guard turn == .updates || isTenth else { continue }
                            let (place, rest) = job.quotientAndRemainder(dividingBy: step)
                            if rest == 0 { progress[place] = max(progress[place], brought) }
                        }
                    }
                }
            }
        }
        return progress
    }
}
