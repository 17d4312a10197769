extension JobRecord {
    /// The short way for a report of progress alone by the present attempt: the hot path of ingest.
    @inline(__always)
    internal mutating func advance(to progress: BasisPoints, at now: Instant) -> ApplyOutcome? {
        guard state == .processing, !flags.contains(.stalled) else { return nil }
        let monotonic = UInt32(truncatingIfNeeded: now.monotonic)
        lastSign = monotonic
        flags.remove(.ownerIsLost)
        pace.move(to: Float(progress.value), at: monotonic)
        guard progress > self.progress else { return accept(isVisible: false) }
        self.progress = progress
        touch(at: now)
        return accept(isVisible: true)
    }

    /// Takes the fields of `update`; true when readers see a difference.
    internal mutating func take(_ update: JobUpdate, at now: Instant) -> Bool {
        var isVisible = takeProgress(update, at: UInt32(truncatingIfNeeded: now.monotonic))
        if let unit = update.unit {
            detail.make()
            if unsafe !detail.value.unit.isEqual(to: unit.bytes) {
                unsafe detail.value.unit.set(unit.bytes)
                if flags.contains(.hasUnits) { isVisible = true }
            }
        }
        if let step = update.step, take(step) { isVisible = true }
        if let note = update.note, detail.exists || note.count > 0 {
            detail.make()
            if unsafe !detail.value.note.isEqual(to: note.bytes) {
                unsafe detail.value.note.set(note.bytes)
                isVisible = true
            }
        }
        return isVisible
    }

    private mutating func takeProgress(_ update: JobUpdate, at now: UInt32) -> Bool {
        var isVisible = false
        var said = update.progress
        var position = said.map { Float($0.value) }
        if let units = update.units {
            detail.make()
            if !flags.contains(.hasUnits) || detail.value.units != units {
                flags.insert(.hasUnits)
                detail.value.units = units
                isVisible = true
            }
            if said == nil { said = BasisPoints(done: units.done, of: units.total) }
            if units.total > 0 { position = Float(min(1, Double(units.done) / Double(units.total)) * 10_000) }
        }
        if let said, said > progress {
            progress = said
            isVisible = true
        }
        if let position { pace.move(to: position, at: now) }
        return isVisible
    }

    private mutating func take(_ step: StepUpdate) -> Bool {
        detail.make()
        let isSame =
            unsafe flags.contains(.hasStep) && detail.value.stepIndex == step.index
            && detail.value.stepTotal == step.total && detail.value.stepName.isEqual(to: step.name.bytes)
        if isSame { return false }
        flags.insert(.hasStep)
        detail.value.stepIndex = step.index
        detail.value.stepTotal = step.total
        unsafe detail.value.stepName.set(step.name.bytes)
        return true
    }
}
