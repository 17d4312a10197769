public import Bytes

extension OutputBuffer {
    /// Appends an update that says the progress of a job and nothing else; 3 to 8 bytes. `basisPoints` is at most
    /// ``UpdateLimits/maximumProgress``.
    @inlinable
    public mutating func appendProgress(handle: UInt32, basisPoints: UInt16) {
        // The frame is put together in a register and written by one store of eight bytes, of which the excess is cut.
        var word = UInt64(FrameType.progressUpdate)
        var bits = VariableInteger.place(UInt64(handle), at: 8, of: &word)
        bits = VariableInteger.place(UInt64(basisPoints), at: bits, of: &word)
        appendLow(bits &>> 3, of: word)
    }

    /// Appends an update with the fields that are not nil; with none of them, a heartbeat.
    public mutating func appendUpdate(
        handle: UInt32,
        attempt: UInt32? = nil,
        basisPoints: UInt16? = nil,
        units: (done: UInt64, total: UInt64)? = nil,
        unit: String? = nil,
        step: (index: UInt32, total: UInt32, name: String)? = nil,
        note: String? = nil
    ) {
        var fields: UInt8 = 0
        if attempt != nil { fields |= UpdateField.attempt }
        if basisPoints != nil { fields |= UpdateField.progress }
        if units != nil { fields |= UpdateField.units }
        if unit != nil { fields |= UpdateField.unit }
        if step != nil { fields |= UpdateField.step }
        if note != nil { fields |= UpdateField.note }
        append(FrameType.update | fields)
        append(variable: UInt64(handle))
        if let attempt { append(variable: UInt64(attempt)) }
        if let basisPoints { append(variable: UInt64(basisPoints)) }
        if let units {
            append(variable: units.done)
            append(variable: units.total)
        }
        if let unit { append(clipped: unit, UpdateLimits.maximumUnit) }
        if let step {
            append(variable: UInt64(step.index))
            append(variable: UInt64(step.total))
            append(clipped: step.name, UpdateLimits.maximumStepName)
        }
        if let note { append(clipped: note, UpdateLimits.maximumNote) }
    }

    /// Appends the heading of a run of `count` entries (at least 1), to be followed by as many ``appendRunEntry``.
    public mutating func appendRun(count: Int) {
        precondition(count > 0, "appendRun(count: \(count))")
        append(FrameType.run)
        append(variable: UInt64(count))
    }

    /// Appends an entry of a run: the distance from the handle before it (from 0 for the first) and the progress.
    @inlinable
    public mutating func appendRunEntry(delta: UInt32, basisPoints: UInt16) {
        var word: UInt64 = 0
        var bits = VariableInteger.place(UInt64(delta), at: 0, of: &word)
        bits = VariableInteger.place(UInt64(basisPoints), at: bits, of: &word)
        appendLow(bits &>> 3, of: word)
    }

    /// Appends a whole run; the handles must not descend, and there must be at least one.
    public mutating func appendRun(_ entries: [(handle: UInt32, basisPoints: UInt16)]) {
        appendRun(count: entries.count)
        var before: UInt32 = 0
        for entry in entries {
            appendRunEntry(delta: entry.handle - before, basisPoints: entry.basisPoints)
            before = entry.handle
        }
    }

    /// Appends a dense run: the progress of the handles `first`, `first` + 1 and so on, two bytes each.
    public mutating func appendDenseRun(first: UInt32, basisPoints: [UInt16]) {
        precondition(!basisPoints.isEmpty, "appendDenseRun of no entries")
        append(FrameType.denseRun)
        append(variable: UInt64(basisPoints.count))
        append(variable: UInt64(first))
        reserve(basisPoints.count * 2)
        for value in basisPoints {
            appendLow(2, of: UInt64(value))
        }
    }

    /// Appends the lowest `count` bytes of `word`, at most eight, the lowest first.
    @inlinable @inline(__always)
    internal mutating func appendLow(_ count: Int, of word: UInt64) {
        // Eight bytes are one store; what is behind the count is written over by what comes next.
        reserve(8)
        unsafe append(count) { unsafe $0.storeBytes(of: word.littleEndian, as: UInt64.self) }
    }

    private mutating func append(clipped text: String, _ limit: Int) {
        unsafe text.withClippedBytes(limit) { unsafe append(text: $0) }
    }
}
