internal import CMachine

/// What a reader does without the lock. `slot` was in use once; what comes out means something only if the stripe's
/// sequence has not moved since before the slot was found. Words are little-endian, as on every machine that Swift
/// serves.
extension RecordStore {
    private static let offsetOfGeneration = 0
    private static let offsetOfExpiry = 40
    private static let offsetOfTenant = 60
    private static let offsetOfLength = 62
    private static let offsetOfID = 64
    private static let offsetOfTimer = 120

    /// True when the job's task id begins like `id` and has its length and tenant: for an id of up to 36 characters
    /// that is all of it.
    @inline(__always)
    internal static func mayBeNamed(
        _ slot: Slot,
        _ id: borrowing TaskID,
        of tenant: TenantID,
        at base: UnsafeMutableRawPointer
    ) -> Bool {
        let record = unsafe base + Int(slot.rawValue) &* size
        // Tenant and length stand side by side; what is behind them is something else.
        let owner = UInt32(id.length) &<< 16 | UInt32(tenant.rawValue)
        var difference = unsafe UInt64((record.sharedHalf(offsetOfTenant) ^ owner) & 0xFF_FFFF)
        // Ids are padded with zeros on both sides, so that whole words can be compared.
        difference |= unsafe record.sharedWord(offsetOfID) ^ id.words[0]
        difference |= unsafe record.sharedWord(offsetOfID + 8) ^ id.words[1]
        if difference != 0 { return false }
        return id.length <= 16 ? true : unsafe isTheRest(of: id, in: record)
    }

    /// True when the job has that task id, which is of at most 16 characters or of at most 36. Compared one by one:
    /// a branch that goes as foretold takes less than putting differences together.
    @inline(__always)
    internal static func isNamed(
        _ slot: Slot,
        _ id: borrowing TaskID,
        of tenant: TenantID,
        isShort: Bool,
        at base: UnsafeMutableRawPointer
    ) -> Bool {
        let record = unsafe base + Int(slot.rawValue) &* size
        if unsafe record.sharedByte(offsetOfLength) != id.length { return false }
        if unsafe record.sharedQuarter(offsetOfTenant) != tenant.rawValue { return false }
        if unsafe record.sharedWord(offsetOfID) != id.words[0] { return false }
        if unsafe record.sharedWord(offsetOfID + 8) != id.words[1] { return false }
        if isShort { return true }
        if unsafe record.sharedWord(offsetOfID + 16) != id.words[2] { return false }
        if unsafe record.sharedWord(offsetOfID + 24) != id.words[3] { return false }
        return unsafe record.sharedHalf(offsetOfID + 32) == UInt32(truncatingIfNeeded: id.words[4])
    }

    /// True when the characters of a record's id from the 17th to the 36th are those of `id`.
    @inline(never)
    private static func isTheRest(of id: borrowing TaskID, in record: UnsafeMutableRawPointer) -> Bool {
        var difference = unsafe record.sharedWord(offsetOfID + 16) ^ id.words[2]
        difference |= unsafe record.sharedWord(offsetOfID + 24) ^ id.words[3]
        let tail = unsafe record.sharedHalf(offsetOfID + 32) ^ UInt32(truncatingIfNeeded: id.words[4])
        return difference == 0 && tail == 0
    }

    /// The generation of a record, and when its job's time is over, in milliseconds since 1970 UTC.
    @inline(__always)
    internal static func lifetime(
        of slot: Slot,
        at base: UnsafeMutableRawPointer
    ) -> (generation: UInt32, expiresAt: Int64) {
        let record = unsafe base + Int(slot.rawValue) &* size
        // The low 48 bits of the word are the time.
        let expiry = unsafe Int64(truncatingIfNeeded: record.sharedWord(offsetOfExpiry) & 0xFFFF_FFFF_FFFF)
        return (unsafe record.sharedHalf(offsetOfGeneration), expiry)
    }

    /// Copies a record without its timer, which no reader without the lock may read.
    @inline(__always)
    internal static func copy(_ slot: Slot, at base: UnsafeMutableRawPointer, to target: inout JobRecord) {
        let record = unsafe base + Int(slot.rawValue) &* size
        unsafe CMachine_copyShared120(&target, record)
    }

    /// The offsets above, as the compiler laid the record out: for the test that compares them.
    internal static var readLayout: [(name: String, assumed: Int, actual: Int?)] {
        [
            ("generation", offsetOfGeneration, MemoryLayout<JobRecord>.offset(of: \.generation)),
            ("expiry", offsetOfExpiry, MemoryLayout<JobRecord>.offset(of: \.expiry)),
            ("tenant", offsetOfTenant, MemoryLayout<JobRecord>.offset(of: \.tenantBits)),
            ("idLength", offsetOfLength, MemoryLayout<JobRecord>.offset(of: \.idLength)),
            ("shortID", offsetOfID, MemoryLayout<JobRecord>.offset(of: \.shortID)),
            ("timer", offsetOfTimer, MemoryLayout<JobRecord>.offset(of: \.timer)),
        ]
    }
}
