/// Makes random valid frames in the words of the test vectors. Numbers favour the edges of the integer's lengths.
struct FrameSource {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func number(below limit: UInt64) -> UInt64 {
        UInt64.random(in: 0..<limit, using: &generator)
    }

    private mutating func chance() -> Bool { Bool.random(using: &generator) }

    /// A number of a random length in bits, at most `bits`.
    private mutating func wide(_ bits: UInt64 = 63) -> Value {
        let length = number(below: bits + 1)
        return .integer(length == 0 ? 0 : generator.next() >> (64 - length))
    }

    private mutating func narrow() -> Value { wide(32) }
    private mutating func progress() -> Value { .integer(number(below: 10_001)) }

    private mutating func text(_ limit: Int) -> Value {
        let alphabet: [Character] = ["a", "Z", "0", "-", " ", "é", "€", "𝄞", "\u{0}", "\n"]
        var text = ""
        for _ in 0..<number(below: UInt64(min(limit, 300)) + 1) {
            let next = alphabet[Int(number(below: UInt64(alphabet.count)))]
            if text.utf8.count + next.utf8.count > limit { break }
            text.append(next)
        }
        return .text(text)
    }

    private mutating func identifier() -> Value {
        .text(String((0...number(below: 64)).map { _ in "abcXYZ019_-".randomElement(using: &generator) ?? "a" }))
    }

    mutating func hello() -> Value {
        .object([
            "frame": .text("hello"), "major": .integer(1), "minor": .integer(0), "resultsOnly": .bool(chance()),
            "producer": text(64), "epoch": wide(), "firstSequence": .integer(1),
        ])
    }

    mutating func upFrame(sequence: UInt64) -> Value {
        var frame: [String: Value] = ["sequence": .integer(sequence), "handle": narrow()]
        let names = [
            "update", "update", "update", "run", "dense run", "bind", "start", "complete", "retry", "fail",
            "result begin", "result bytes", "result end", "cancel answer", "unbind", "flush",
        ]
        let name = names[Int(number(below: UInt64(names.count)))]
        frame["frame"] = .text(name)
        switch name {
        case "update": addUpdate(to: &frame)
        case "run":
            frame["handle"] = nil
            var handle: UInt64 = 0
            frame["entries"] = .list(
                (0...number(below: 20)).map { _ in
                    handle += number(below: chance() ? 4 : 1_000_000)
                    return .list([.integer(handle), progress()])
                }
            )
        case "dense run":
            frame["handle"] = nil
            frame["first"] = .integer(number(below: 1 << 31))
            frame["progress"] = .list((0...number(below: 20)).map { _ in progress() })
        case "bind": addBind(to: &frame)
        case "start", "complete", "retry": frame["attempt"] = narrow()
        case "fail":
            frame["attempt"] = narrow()
            frame["retryable"] = .bool(chance())
            frame["code"] = text(64)
            frame["text"] = text(1_024)
        case "result begin", "result bytes", "result end":
            frame["handle"] = nil
            frame["transfer"] = narrow()
            addResult(name, to: &frame)
        case "cancel answer": frame["answer"] = .integer(number(below: 3))
        case "unbind": break
        default: frame["handle"] = nil
        }
        return .object(frame)
    }

    private mutating func addUpdate(to frame: inout [String: Value]) {
        if chance() { frame["progress"] = progress() }
        guard chance() else { return }
        if chance() { frame["attempt"] = .integer(1 + number(below: 1 << 20)) }
        if chance() { frame["units"] = .list([wide(), wide()]) }
        if chance() { frame["unit"] = text(64) }
        if chance() { frame["step"] = .object(["index": narrow(), "total": narrow(), "name": text(256)]) }
        if chance() { frame["note"] = text(1_024) }
    }

    private mutating func addBind(to frame: inout [String: Value]) {
        let creates = chance()
        frame["taskId"] = identifier()
        frame["attempt"] = narrow()
        frame["create"] = .bool(creates)
        frame["share"] = .bool(chance())
        frame["failWhenStalled"] = .bool(creates && chance())
        frame["labels"] = .list([])
        guard creates else { return }
        if chance() { frame["type"] = text(64) }
        if chance() { frame["ttl"] = narrow() }
        if chance() { frame["stall"] = narrow() }
        let labels = number(below: 17)
        frame["labels"] = .list((0..<labels).map { _ in .list([identifier(), text(256)]) })
        if chance() { frame["parent"] = identifier() }
        if chance() { frame["resultTtl"] = narrow() }
    }

    private mutating func addResult(_ name: String, to frame: inout [String: Value]) {
        switch name {
        case "result begin":
            frame["taskId"] = identifier()
            frame["attempt"] = narrow()
            frame["coding"] = .integer(number(below: 2))
            frame["offset"] = wide()
            frame["mediaType"] = .text("text/plain")
            frame["name"] = text(255)
        case "result bytes":
            let bytes = (0..<number(below: 400)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            frame["bytes"] = .text(hex(bytes))
        default:
            frame["length"] = wide()
            if chance() { frame["sha256"] = .text(hex((0..<32).map { UInt8($0) })) }
        }
    }

    mutating func welcome() -> Value {
        .object([
            "frame": .text("welcome"), "major": .integer(1), "minor": .integer(0), "ephemeral": .bool(chance()),
            "resumed": .bool(chance()), "epoch": wide(), "maxFrame": .integer(16_384 + number(below: 1 << 20)),
            "maxHandles": .integer(1_024 + number(below: 1 << 31)), "maxText": .integer(1_024 + number(below: 1 << 16)),
            "heartbeat": narrow(), "boot": wide(),
        ])
    }

    mutating func downFrame() -> Value {
        var frame: [String: Value] = [:]
        let names = [
            "acknowledgement", "refusal", "cancel", "result state", "expired", "slow down", "goodbye",
        ]
        let name = names[Int(number(below: UInt64(names.count)))]
        frame["frame"] = .text(name)
        switch name {
        case "acknowledgement":
            frame["applied"] = wide()
            if chance() { frame["durable"] = wide() }
        case "refusal":
            frame["sequence"] = wide()
            frame["reason"] = .integer(number(below: 256))
            frame["state"] = .integer(number(below: 256))
            frame["attempt"] = narrow()
            if chance() { frame[chance() ? "handle" : "transfer"] = narrow() }
            frame["detail"] = text(1_024)
        case "cancel":
            frame["handle"] = narrow()
            frame["deadline"] = narrow()
            frame["reason"] = text(1_024)
        case "result state":
            frame["transfer"] = narrow()
            frame["held"] = wide()
            frame["state"] = .integer(number(below: 256))
        case "expired": frame["handle"] = narrow()
        case "slow down": frame["milliseconds"] = narrow()
        default:
            frame["reason"] = .integer(number(below: 256))
            frame["retryAfter"] = narrow()
        }
        return .object(frame)
    }
}
