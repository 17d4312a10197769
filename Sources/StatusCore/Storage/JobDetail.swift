internal import Bytes

/// What few jobs have, or what is long: apart from the record, and given back with it.
///
/// Plain memory, as the record is: its texts are chains of cells in the stripe's own pool.
internal struct JobDetail: BitwiseCopyable {
    internal var units = Units(done: 0, total: 0)
    /// Staged while the job is live, its result once it has completed.
    internal var result = ResultID.none
    internal var stepIndex: UInt32 = 0
    internal var stepTotal: UInt32 = 0
    /// Seconds from ``resultAt`` that the result is kept; 0 for the default.
    internal var resultTTL: UInt32 = 0
    /// Seconds without a sign of life after which the job counts as stalled; 0 for never.
    internal var stall: UInt32 = 0
    internal var unit = TextRun()
    internal var stepName = TextRun()
    internal var note = TextRun()
    internal var failureCode = TextRun()
    internal var failureText = TextRun()
    internal var cancelReason = TextRun()
    /// What the job was submitted with, as ``Origin`` packs it.
    internal var origin = TextRun()
    /// When the result became readable.
    internal var resultAt = WallTime.none
    private var unused: UInt16 = 0

    /// Bytes a cell: the detail and what is left of its second line.
    internal static let cellSize = 128
}

/// What hangs off the records of a stripe: details, and the cells of their texts.
internal struct JobMemory: ~Copyable {
    internal var details: CellPool
    internal var texts: CellPool

    /// A copy of a record's detail; an empty one where it has none.
    @inline(__always)
    internal func detail(of record: borrowing JobRecord) -> JobDetail {
        record.detail == .none ? JobDetail() : unsafe details.address(record.detail).sharedCopy(as: JobDetail.self)
    }

    /// Changes a record's detail by `body`; makes an empty one first where there is none, for which there must be
    /// room.
    @inline(__always)
    internal mutating func withDetail<R>(
        of record: inout JobRecord,
        _ body: (_ detail: inout JobDetail, _ texts: inout CellPool) -> R
    ) -> R {
        var detail = detail(of: record)
        if record.detail == .none { record.detail = details.take() }
        let result = body(&detail, &texts)
        unsafe details.address(record.detail).share(detail)
        return result
    }

    /// Gives a record's detail and its texts back.
    internal mutating func free(_ record: inout JobRecord) {
        guard record.detail != .none else { return }
        var detail = detail(of: record)
        texts.free(&detail.unit)
        texts.free(&detail.stepName)
        texts.free(&detail.note)
        texts.free(&detail.failureCode)
        texts.free(&detail.failureText)
        texts.free(&detail.cancelReason)
        texts.free(&detail.origin)
        details.giveBack(record.detail)
        record.detail = .none
    }
}

extension JobMemory {
    /// A copy of what a record's job was submitted with, packed; empty when it had no words.
    internal func origin(of record: borrowing JobRecord) -> [UInt8] {
        if record.detail == .none { return [] }
        var buffer = OutputBuffer(capacity: 256)
        _ = CellPool.append(detail(of: record).origin, of: texts.source, to: &buffer) { true }
        return buffer.copy()
    }

    /// The task id of a record's job.
    internal func id(of record: borrowing JobRecord) -> TaskID {
        guard record.hasLongID else { return record.shortTaskID }
        return unsafe origin(of: record).withUnsafeBytes { unsafe TaskID(trusted: Origin.text(.longID, in: $0)) }
    }

    /// True when a record's job has this task id; that it begins like it, and the tenant, are known.
    @inline(__always)
    internal func isNamed(_ record: borrowing JobRecord, _ other: borrowing TaskID) -> Bool {
        record.hasLongID ? id(of: record) == other : true
    }
}
