extension JobRecord {
    /// The longest task id that lies in the record: a UUID with its hyphens.
    internal static let shortIDLength = 36

    /// True when the task id does not fit into the record.
    internal var hasLongID: Bool { Int(idLength) > JobRecord.shortIDLength }

    /// The job's task id, which must be a short one.
    internal var shortTaskID: TaskID {
        precondition(!hasLongID, "an id of \(idLength) characters is not in the record")
        return unsafe withUnsafeBytes(of: shortID) { all in
            unsafe TaskID(trusted: UnsafeRawBufferPointer(rebasing: all[..<Int(idLength)]))
        }
    }

    /// Takes the first 36 characters of `id`; the caller keeps a longer one among the words of the submission too.
    internal mutating func setID(_ id: TaskID, of tenant: TenantID) {
        self.tenant = tenant
        idLength = id.length
        unsafe id.withBytes { bytes in
            let head = unsafe UnsafeRawBufferPointer(rebasing: bytes.prefix(JobRecord.shortIDLength))
            unsafe withUnsafeMutableBytes(of: &shortID) { unsafe $0.copyMemory(from: head) }
        }
    }
}
