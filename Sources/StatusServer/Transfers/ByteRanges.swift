import HTTP1

/// The parts of a result that a Range field asks for (RFC 9110 §14.1.2 and §14.2).
enum ByteRanges: Equatable {
    /// The whole: the field means nothing here, or asks for more parts than are worth it.
    case whole
    /// No byte of what was asked for exists.
    case unsatisfiable
    /// These parts, none of them empty, no two of them overlapping, in the order that was asked for.
    case parts([Range<Int>])

    /// The parts of a result of `length` bytes that `value` names.
    init(_ value: UnsafeRawBufferPointer, length: Int) {
        guard let equals = value.firstIndex(of: UInt8(ascii: "=")),
            ASCII.equalIgnoringCase(value.part(0..<equals), ("bytes" as StaticString).bytes)
        else {
            self = .whole
            return
        }
        var parts: [Range<Int>] = []
        var count = 0
        for member in value[(equals + 1)...].split(separator: UInt8(ascii: ",")) {
            let member = ByteRanges.trimmed(UnsafeRawBufferPointer(rebasing: member))
            if member.isEmpty { continue }
            count += 1
            guard count <= BridgeLimits.ranges, let range = ByteRanges.range(member, length: length) else {
                self = .whole
                return
            }
            guard !range.isEmpty else { continue }
            guard parts.allSatisfy({ !$0.overlaps(range) }) else {
                self = .whole
                return
            }
            parts.append(range)
        }
        self = count == 0 ? .whole : parts.isEmpty ? .unsatisfiable : .parts(parts)
    }

    /// What `first-last`, `first-` or `-count` names, cut to what there is; nil when it is none of them.
    private static func range(_ text: UnsafeRawBufferPointer, length: Int) -> Range<Int>? {
        guard let dash = text.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let (before, after) = (text.part(0..<dash), text.part(dash + 1..<text.count))
        if before.isEmpty {
            guard let count = number(after) else { return nil }
            return max(0, length - count)..<length
        }
        guard let first = number(before) else { return nil }
        guard !after.isEmpty else { return min(first, length)..<length }
        guard let last = number(after), last >= first else { return nil }
        return min(first, length)..<min(last, length - 1) + 1
    }

    /// A number of at least one digit; one that is too large for any result counts as the largest.
    private static func number(_ text: UnsafeRawBufferPointer) -> Int? {
        guard !text.isEmpty, text.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
        return text.reduce(0) { sum, digit in
            // The sum stays below 2^62 and so one more digit cannot carry it over.
            sum >= 1 << 58 ? 1 << 58 : sum * 10 + Int(digit - UInt8(ascii: "0"))
        }
    }

    private static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
        else { return text.part(0..<0) }
        return text.part(first..<last + 1)
    }
}
