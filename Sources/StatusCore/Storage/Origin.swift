/// The texts that a job was submitted with, in one block: the ends of six runs, four bytes each, then the runs.
///
/// Labels are sorted by key and packed as length (two bytes), key, length, value.
internal struct Origin {
    private var block = TextBlock()

    internal enum Field: Int, CaseIterable {
        case type
        case labels
        case metadata
        case parent
        /// A task id that does not fit into the record.
        case longID
        case idempotencyKey
    }

    private static let header = Field.allCases.count * 4

    internal var isEmpty: Bool { block.count == 0 }
    /// The whole block, to be copied out and read by ``range(of:in:)``.
    internal var bytes: UnsafeRawBufferPointer { unsafe block.bytes }

    /// Where `field` lies in a copy of the block.
    internal static func range(of field: Field, in block: UnsafeRawBufferPointer) -> Range<Int> {
        guard block.count >= header else { return 0..<0 }
        let start =
            field.rawValue == 0
            ? header : Int(unsafe block.loadUnaligned(fromByteOffset: field.rawValue * 4 - 4, as: UInt32.self))
        return start..<Int(unsafe block.loadUnaligned(fromByteOffset: field.rawValue * 4, as: UInt32.self))
    }

    internal func text(_ field: Field) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[Origin.range(of: field, in: bytes)])
    }

    /// Takes the texts of a submission; does nothing when there are none.
    internal mutating func set(_ submission: Submission) {
        let bytes = Origin.pack(submission)
        // Nothing but the ends: most jobs have no text at all.
        if bytes.count == Origin.header { return }
        unsafe bytes.withUnsafeBytes { unsafe block.set($0) }
    }

    /// True when the job was submitted with the same type, labels, metadata and parent.
    internal func matches(_ submission: Submission) -> Bool {
        let packed = Origin.pack(submission)
        return unsafe packed.withUnsafeBytes { other in
            [Field.type, .labels, .metadata, .parent].allSatisfy { field in
                let theirs = unsafe UnsafeRawBufferPointer(rebasing: other[Origin.range(of: field, in: other)])
                return unsafe text(field).elementsEqual(theirs)
            }
        }
    }

    internal mutating func free() {
        block.free()
    }

    private static func pack(_ submission: Submission) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: header)
        for field in Field.allCases {
            switch field {
            case .type: bytes += (submission.type ?? "").utf8
            case .labels: append(submission.labels, to: &bytes)
            case .metadata: bytes += submission.metadata
            case .parent: unsafe submission.parent?.withBytes { unsafe bytes += $0 }
            case .longID:
                if submission.id.count > JobRecord.shortIDLength {
                    unsafe submission.id.withBytes { unsafe bytes += $0 }
                }
            case .idempotencyKey: bytes += submission.idempotencyKey ?? []
            }
            let end = UInt32(bytes.count)
            for place in 0..<4 { bytes[field.rawValue * 4 + place] = UInt8(truncatingIfNeeded: end >> (place * 8)) }
        }
        return bytes
    }

    private static func append(_ labels: [Label], to bytes: inout [UInt8]) {
        for label in labels.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            for text in [label.key, label.value] {
                bytes.append(UInt8(truncatingIfNeeded: text.utf8.count))
                bytes.append(UInt8(truncatingIfNeeded: text.utf8.count >> 8))
                bytes += text.utf8
            }
        }
    }

    /// Calls `body` with each key and value of packed labels until it returns false.
    internal static func forEachLabel(
        in packed: UnsafeRawBufferPointer,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) {
        var at = 0
        while at < packed.count {
            let key = unsafe take(from: packed, at: &at)
            let value = unsafe take(from: packed, at: &at)
            if unsafe !body(key, value) { return }
        }
    }

    private static func take(from packed: UnsafeRawBufferPointer, at: inout Int) -> UnsafeRawBufferPointer {
        let length = Int(unsafe packed.loadUnaligned(fromByteOffset: at, as: UInt16.self))
        let start = at + 2
        at = start + length
        return unsafe UnsafeRawBufferPointer(rebasing: packed[start..<at])
    }
}
