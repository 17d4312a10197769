/// What of the specification no test vector shows.
///
/// A frame counts where a vector holds it; a field where vectors hold at least two values of it, its bounds among them,
/// and where one is refused that is out of bounds; a reason and a code where a frame down says it; a code that bytes can
/// bring about, where bytes do.
struct Coverage {
    let specification: Specification
    let vectors: [TestVector]

    /// In words, sorted; empty when everything is shown.
    var gaps: [String] {
        var gaps: [String] = []
        for direction in [TestVector.Direction.up, .down] {
            let shown = vectors.filter { $0.direction == direction }.flatMap(\.frames)
            for (type, name) in specification.frames[direction] ?? [] where !shows(type, name, direction) {
                gaps.append("no \(name) \(direction)")
            }
            for field in Self.flagged(specification.fields[direction] ?? []) + Self.compact(direction) {
                gaps += self.gaps(of: field, direction, in: shown.filter { $0["frame"]?.text == field.frame })
            }
        }
        let down = vectors.filter { $0.direction == .down }.flatMap(\.frames)
        gaps += missing("reason", of: "refusal", specification.reasons, in: down)
        gaps += missing("code", of: "error", specification.errorCodes, in: down)
        let provoked = Set(vectors.filter { $0.direction == .up }.compactMap { $0.error.map { UInt64($0.code) } })
        // The others come of what the server knows and of time, which bytes do not show.
        gaps += specification.errorCodes.filter { $0 <= 8 && !provoked.contains($0) }.map { "no stream of error \($0)" }
        return gaps.sorted()
    }

    /// A frame is shown when a vector names it, and its bytes begin with its type.
    private func shows(_ type: UInt8, _ name: String, _ direction: TestVector.Direction) -> Bool {
        vectors.contains { vector in
            guard vector.direction == direction, vector.frames.first?["frame"]?.text == name else { return false }
            guard vector.stream.count > vector.preludeLength else { return false }
            let first = vector.stream[vector.preludeLength]
            return name == "update" ? first & 0xC0 == 0x80 : first == type
        }
    }

    private func missing(_ key: String, of frame: String, _ numbers: [UInt64], in frames: [Value]) -> [String] {
        let named = Set(frames.filter { $0["frame"]?.text == frame }.compactMap { $0[key]?.integer })
        return numbers.filter { !named.contains($0) }.map { "no \(frame) with \(key) \($0)" }
    }

    // MARK: Fields

    private func gaps(
        of field: Specification.Field,
        _ direction: TestVector.Direction,
        in frames: [Value]
    ) -> [String] {
        let what = "\(field.frame): \(field.name)"
        let values = frames.map { Self.value(of: field, in: $0) }
        guard Set(values).count >= 2 || field.name == "major" else { return ["\(what): fewer than two values"] }
        var gaps: [String] = []
        if let limit = Self.textLimit(field.type) {
            if !values.contains(where: { $0?.text?.utf8.count == limit }) {
                gaps.append("\(what): none of \(limit) bytes")
            }
            gaps += refusal("\(what) of \(Self.grouped(limit + 1)) bytes")
        } else if let maximum = Self.maximum(field) {
            // The major version has one value; a second one is another protocol.
            if field.name != "major", !values.contains(.integer(maximum)) { gaps.append("\(what): none of \(maximum)") }
            if maximum < 1 << 62 { gaps += refusal("\(what) out of range") }
        } else if field.type == "8-bit" {
            gaps += Self.numbers(in: field.row).filter { !values.contains(.number($0)) }.map { "\(what): no \($0)" }
            gaps += refusal("\(what) out of range")
        }
        return gaps
    }

    /// A gap when no vector of that name is refused or ends its stream.
    private func refusal(_ name: String) -> [String] {
        let isThere = vectors.contains { vector in
            let isRefused = vector.error != nil || vector.frames.contains { $0["frame"]?.text == "malformed" }
            return isRefused && (vector.name == name || vector.name == "down: \(name)")
        }
        return isThere ? [] : ["no \(name)"]
    }

    private static func value(of field: Specification.Field, in frame: Value) -> Value? {
        switch (field.frame, field.name) {
        case ("hello", "first"): frame["firstSequence"]
        case ("bind", "label key"): frame["labels"]?.list.last?.list.first
        case ("bind", "label value"): frame["labels"]?.list.last?.list.last
        case ("result end", "digest kind"): .number(frame["sha256"] == nil ? 0 : 1)
        case ("result end", "digest"): frame["sha256"]
        case ("refusal", "subject kind"): .number(frame["handle"] != nil ? 1 : frame["transfer"] != nil ? 2 : 0)
        case ("refusal", "subject"): frame["handle"] ?? frame["transfer"]
        case ("update", "step index"): frame["step"]?["index"]
        case ("update", "step total"): frame["step"]?["total"]
        case ("update", "step name"): frame["step"]?["name"]
        default: frame[camelCase(field.name)]
        }
    }

    /// Flags become a field a bit, named by the words behind it, so that each is seen set and not set.
    private static func flagged(_ fields: [Specification.Field]) -> [Specification.Field] {
        let bits: [String: [String]] = [
            "hello": ["results only"], "bind": ["create", "share", "fail when stalled"], "fail": ["retryable"],
            "welcome": ["ephemeral", "resumed"],
        ]
        return fields.flatMap { field in
            field.name != "flags"
                ? [field]
                : (bits[field.frame] ?? []).map {
                    Specification.Field(frame: field.frame, name: $0, type: "flag", row: "")
                }
        }
    }

    /// The fields of update and runs, which the specification shows in diagrams, and those of a label.
    private static func compact(_ direction: TestVector.Direction) -> [Specification.Field] {
        guard direction == .up else { return [] }
        let update = [
            ("handle", "handle"), ("attempt", "attempt"), ("progress", "basis points"), ("units", ""),
            ("unit", "text ≤ 64"), ("step index", "32-bit"), ("step total", "32-bit"), ("step name", "text ≤ 256"),
            ("note", "text ≤ 1,024"),
        ]
        let labels = [("label key", "text 1–64"), ("label value", "text ≤ 256")]
        let runs = [("run", "entries"), ("dense run", "first"), ("dense run", "progress")]
        return update.map { Specification.Field(frame: "update", name: $0.0, type: $0.1, row: "") }
            + labels.map { Specification.Field(frame: "bind", name: $0.0, type: $0.1, row: "") }
            + runs.map { Specification.Field(frame: $0.0, name: $0.1, type: "", row: "") }
    }

    /// The largest number of bytes, of the types that say so.
    private static func textLimit(_ type: String) -> Int? {
        guard type.hasPrefix("text") else { return nil }
        if type.contains("max text") { return 4_096 }
        return Int(type.filter { $0.isNumber || $0 == "–" }.split(separator: "–").last ?? "")
    }

    /// The largest number that a decoder takes.
    private static func maximum(_ field: Specification.Field) -> UInt64? {
        // Narrower ranges, of the times for one, are the server's to check.
        if field.type.hasPrefix("32-bit") || ["handle", "transfer", "attempt"].contains(field.type) {
            return UInt64(UInt32.max)
        }
        if field.type.hasPrefix("integer, 1 to 2⁶²") { return 1 << 62 }
        return field.type.hasPrefix("integer") ? UInt64(Int64.max) : nil
    }

    /// The values that the row gives a meaning: a number at its beginning, or behind a comma, colon or semicolon.
    private static func numbers(in row: String) -> [UInt64] {
        row.matches(of: /[|;,:] (\d)[ :]/).compactMap { UInt64($0.1) }
    }

    private static func camelCase(_ name: String) -> String {
        let words = name.split(separator: " ")
        return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// 1025 as 1,025.
    private static func grouped(_ number: Int) -> String {
        number < 1_000 ? "\(number)" : "\(number / 1_000),\(String(number % 1_000 + 1_000).dropFirst())"
    }
}
