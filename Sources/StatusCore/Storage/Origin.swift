/// The texts that a job was submitted with, packed into one: the ends of six runs, four bytes each, then the runs.
///
/// Labels are sorted by key and packed as length (two bytes), key, length, value.
internal enum Origin {
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

    /// Where `field` lies in a copy of the block.
    internal static func range(of field: Field, in block: UnsafeRawBufferPointer) -> Range<Int> {
        guard block.count >= header else { return 0..<0 }
        let start =
            field.rawValue == 0
            ? header : Int(unsafe block.loadUnaligned(fromByteOffset: field.rawValue * 4 - 4, as: UInt32.self))
        return start..<Int(unsafe block.loadUnaligned(fromByteOffset: field.rawValue * 4, as: UInt32.self))
    }

    /// The text of `field` in a packed block, which outlives it.
    internal static func text(_ field: Field, in block: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: block[range(of: field, in: block)])
    }

    /// True when two packed blocks tell of the same type, labels, metadata and parent.
    internal static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        unsafe one.withUnsafeBytes { one in
            unsafe other.withUnsafeBytes { other in
                [Field.type, .labels, .metadata, .parent].allSatisfy { field in
                    unsafe text(field, in: one).elementsEqual(text(field, in: other))
                }
            }
        }
    }

    /// The texts of a submission; nothing when it has none.
    internal static func pack(_ submission: Submission) -> [UInt8] {
        // Most jobs have no text at all.
        if submission.type == nil, submission.labels.isEmpty, submission.metadata.isEmpty, submission.parent == nil,
            submission.idempotencyKey == nil, submission.id.count <= JobRecord.shortIDLength
        {
            return []
        }
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
        // Nothing but the ends, when a text was there and empty.
        return bytes.count == header ? [] : bytes
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
