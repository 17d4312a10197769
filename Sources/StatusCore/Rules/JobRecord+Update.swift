extension JobRecord {
    /// Takes the fields of `update`, for which there is room in `memory`; true when readers see a difference.
    internal mutating func take(_ update: JobUpdate, in memory: inout JobMemory, at now: Instant) -> Bool {
        let monotonic = UInt32(truncatingIfNeeded: now.monotonic)
        var isVisible = takeProgress(update, at: monotonic)
        let hasWords = (update.note?.count ?? 0) > 0 || update.note != nil && detail != .none
        guard update.units != nil || update.unit != nil || update.step != nil || hasWords else { return isVisible }
        let hadUnits = flags.contains(.hasUnits)
        let hadStep = flags.contains(.hasStep)
        if update.units != nil { flags.insert(.hasUnits) }
        if update.step != nil { flags.insert(.hasStep) }
        let showsUnits = flags.contains(.hasUnits)
        memory.withDetail(of: &self) { detail, texts in
            if let units = update.units, !hadUnits || detail.units != units {
                detail.units = units
                isVisible = true
            }
            if let unit = update.unit, unsafe !texts.isEqual(detail.unit, to: unit.bytes) {
                unsafe texts.set(&detail.unit, to: unit.bytes)
                if showsUnits { isVisible = true }
            }
            if let step = update.step, !hadStep || !detail.isAt(step, texts) {
                detail.stepIndex = step.index
                detail.stepTotal = step.total
                unsafe texts.set(&detail.stepName, to: step.name.bytes)
                isVisible = true
            }
            if let note = update.note, unsafe !texts.isEqual(detail.note, to: note.bytes) {
                unsafe texts.set(&detail.note, to: note.bytes)
                isVisible = true
            }
        }
        return isVisible
    }

    /// Takes the percentage that `update` says, or that its units come to.
    private mutating func takeProgress(_ update: JobUpdate, at now: UInt32) -> Bool {
        var said = update.progress
        var position = said.map { Float($0.value) }
        if let units = update.units {
            if said == nil { said = BasisPoints(done: units.done, of: units.total) }
            if units.total > 0 { position = Float(min(1, Double(units.done) / Double(units.total)) * 10_000) }
        }
        if let position { pace.move(to: position, at: now) }
        guard let said, said > progress else { return false }
        progress = said
        return true
    }
}

extension JobDetail {
    /// True when the job is at `step` already.
    fileprivate func isAt(_ step: StepUpdate, _ texts: borrowing CellPool) -> Bool {
        unsafe stepIndex == step.index && stepTotal == step.total && texts.isEqual(stepName, to: step.name.bytes)
    }
}
