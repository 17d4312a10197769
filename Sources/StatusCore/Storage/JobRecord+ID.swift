internal import Glibc

extension JobRecord {
    /// The longest task id that lies in the record; those that the server generates do.
    internal static let shortIDLength = 26

    /// The job's task id.
    internal var id: TaskID {
        if Int(idLength) > JobRecord.shortIDLength { return unsafe TaskID(trusted: detail.value.origin.text(.longID)) }
        return unsafe withUnsafeBytes(of: shortID) { all in
            unsafe TaskID(trusted: UnsafeRawBufferPointer(rebasing: all[..<Int(idLength)]))
        }
    }

    /// True when the job's task id is `other`.
    @inline(__always)
    internal func isNamed(_ other: TaskID) -> Bool {
        guard idLength == other.length else { return false }
        return unsafe other.withBytes { theirs in
            if Int(idLength) > JobRecord.shortIDLength {
                return unsafe detail.value.origin.text(.longID).elementsEqual(theirs)
            }
            return unsafe withUnsafeBytes(of: shortID) {
                unsafe memcmp($0.baseAddress!, theirs.baseAddress!, theirs.count) == 0
            }
        }
    }

    /// Takes the short form of `id`; the caller puts a long one into the detail.
    internal mutating func setID(_ id: TaskID) {
        idLength = id.length
        guard id.count <= JobRecord.shortIDLength else { return }
        unsafe id.withBytes { bytes in
            unsafe withUnsafeMutableBytes(of: &shortID) { unsafe $0.copyMemory(from: bytes) }
        }
    }
}
