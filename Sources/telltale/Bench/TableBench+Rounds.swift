import StatusCore

/// What a thread does in one round. Jobs are chosen and ids made before the clock runs, a block at a time.
extension TableBench {
    /// Looks random jobs up by their ids, into a snapshot.
    func lookUp(_ references: [JobReference], _ round: Int, _ thread: Int) -> Tally {
        var tally = Tally()
        var choices = plan.choices(.lookups, round, thread)
        var wanted = [Lookup](repeating: Lookup(NumberedID.of(0), references[0]), count: BenchLimits.block)
        let snapshot = JobSnapshot()
        for _ in 0..<plan.blocks {
            for index in wanted.indices {
                let job = choices.next().job
                wanted[index] = Lookup(NumberedID.of(job), references[job])
            }
            let now = BenchClock.instant()
            tally.measure(wanted.count) {
                var right = 0
                for lookup in wanted {
                    if case .found(let place) = table.read(lookup.id, at: now, into: snapshot), place == lookup.place {
                        right &+= 1
                    }
                }
                return right
            }
            // That the place is right shows that the job was found; the copy is looked at once a block.
            tally.expect(snapshot.id == wanted[BenchLimits.block - 1].id)
        }
        return tally
    }

    private struct Lookup {
        let id: TaskID
        /// Where the job was when it was bound.
        let place: JobReference

        init(_ id: TaskID, _ place: JobReference) {
            self.id = id
            self.place = place
        }
    }

    /// Moves random jobs on in their progress.
    func update(_ references: [JobReference], _ round: Int, _ thread: Int) -> Tally {
        var tally = Tally()
        var choices = plan.choices(.updates, round, thread)
        var chosen = [JobReference](repeating: references[0], count: BenchLimits.block)
        for block in 0..<plan.blocks {
            for index in chosen.indices { chosen[index] = references[choices.next().job] }
            update(chosen[...], to: plan.progress(.updates, round, block), &tally)
        }
        return tally
    }

    /// Moves the warm jobs of the thread on in their progress, one after the other and again.
    func updateWarm(_ references: [JobReference], _ round: Int, _ thread: Int) -> Tally {
        var tally = Tally()
        let own = references[thread * plan.warmJobs..<(thread + 1) * plan.warmJobs]
        for pass in 0..<plan.warmPasses { update(own, to: plan.warmProgress(round, pass), &tally) }
        return tally
    }

    @inline(__always)
    private func update(_ references: ArraySlice<JobReference>, to progress: BasisPoints, _ tally: inout Tally) {
        let now = BenchClock.instant()
        tally.measure(references.count) {
            var right = 0
            for reference in references {
                let outcome = table.advanceProgress(to: progress, of: reference, from: owner, at: now)
                if outcome.refusal == nil { right &+= 1 }
            }
            return right
        }
    }

    /// Looks random jobs up, and moves every tenth on in its progress instead.
    func mix(_ references: [JobReference], _ round: Int, _ thread: Int) -> Tally {
        var tally = Tally()
        var choices = plan.choices(.mix, round, thread)
        let nothing = (lookup: Lookup(NumberedID.of(0), references[0]), isUpdate: false)
        var chosen = [(lookup: Lookup, isUpdate: Bool)](repeating: nothing, count: BenchLimits.block)
        let snapshot = JobSnapshot()
        for block in 0..<plan.blocks {
            for index in chosen.indices {
                let (job, isTenth) = choices.next()
                chosen[index] = (Lookup(NumberedID.of(job), references[job]), isTenth)
            }
            let progress = plan.progress(.mix, round, block)
            let now = BenchClock.instant()
            tally.measure(chosen.count) {
                var right = 0
                for (lookup, isUpdate) in chosen {
                    if isUpdate {
                        let outcome = table.advanceProgress(to: progress, of: lookup.place, from: owner, at: now)
                        if outcome.refusal == nil { right &+= 1 }
                    } else if case .found(let place) = table.read(lookup.id, at: now, into: snapshot),
                        place == lookup.place
                    {
                        right &+= 1
                    }
                }
                return right
            }
            if let last = chosen.last(where: { !$0.isUpdate }) { tally.expect(snapshot.id == last.lookup.id) }
        }
        return tally
    }
}
