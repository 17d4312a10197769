import Foundation
import Testing

/// One entry of a file of `spec/test-vectors`.
struct TestVector: Sendable, CustomTestStringConvertible {
    enum Direction: String, Sendable, CaseIterable { case up, down }

    let name: String
    let direction: Direction
    /// Which of a file's streams it is a step of, where there are several.
    let number: UInt64
    /// The whole stream: the prelude, unless the entry opens the stream, and the entry's bytes.
    let stream: [UInt8]
    let preludeLength: Int
    /// What the handler must see after the prelude.
    let events: [Value]
    /// The frames as the file lists them.
    let frames: [Value]
    let error: (code: UInt8, sequence: UInt64)?
    /// The error shows only when the body ends.
    let failsAtEnd: Bool
    let isCanonical: Bool
    /// For `splits.json`: the parts, each with what is known after it.
    let parts: [(bytes: [UInt8], events: [Value])]

    var testDescription: String { name }
}

extension TestVector {
    static let up = load("up")
    static let down = load("down")
    static let refusals = load("refusals")
    static let errors = load("errors")
    static let splits = load("splits")
    static let exchange = load("exchange")
    static let batch = load("batch")
    static let resumption = load("resumption")
    static let streams = up + down + refusals + errors

    /// The raw entries of a file, and its head.
    static func file(_ name: String) -> (head: Value, vectors: [Value]) {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../spec/test-vectors")
        do {
            let data = try Data(contentsOf: root.appending(path: "\(name).json"))
            let file = try JSONDecoder().decode(Value.self, from: data)
            return (file, file["vectors"]?.list ?? [])
        } catch {
            fatalError("spec/test-vectors/\(name).json: \(error)")
        }
    }

    private static func load(_ name: String) -> [TestVector] {
        let (head, vectors) = file(name)
        return vectors.map { TestVector($0, head: head) }
    }

    private init(_ value: Value, head: Value) {
        let direction = Direction(rawValue: value["direction"]?.text ?? "") ?? .up
        let prelude = head["prelude"]?.text ?? head["preludes"]?[direction.rawValue]?.text ?? ""
        let opens = value["opening"]?.isTrue ?? false
        let before = opens ? [] : bytes(hex: prelude)
        self.name = value["name"]?.text ?? value["about"]?.text ?? "?"
        self.direction = direction
        self.number = value["stream"]?.integer ?? 1
        self.preludeLength = before.count
        self.stream = before + bytes(hex: value["hex"]?.text ?? "")
        self.frames = value["frames"]?.list ?? []
        self.events = frames.flatMap(\.events)
        self.error = value["error"].map {
            (UInt8($0["code"]?.integer ?? 0), $0["sequence"]?.integer ?? 0)
        }
        self.failsAtEnd = value["ends"]?.isTrue ?? false
        self.isCanonical = value["canonical"] != .bool(false)
        self.parts = (value["parts"]?.list ?? []).map {
            (bytes(hex: $0["hex"]?.text ?? ""), $0["frames"]?.list ?? [])
        }
    }
}

extension Value {
    /// What a handler sees of this frame: an update an entry of a run, and no words that are for people only.
    var events: [Value] {
        guard case .object(var members) = self, let name = self["frame"]?.text else { return [self] }
        let first = self["sequence"]?.integer ?? 0
        switch name {
        case "run":
            return (self["entries"]?.list ?? []).enumerated().map { offset, entry in
                .progress(handle: entry.list[0], entry.list[1], sequence: first + UInt64(offset))
            }
        case "dense run":
            let handle = self["first"]?.integer ?? 0
            return (self["progress"]?.list ?? []).enumerated().map { offset, progress in
                .progress(handle: .integer(handle + UInt64(offset)), progress, sequence: first + UInt64(offset))
            }
        default:
            members["because"] = nil
            // Of an update, attempt 0 is the same as none: the one that the handle is bound to.
            if name == "update", members["attempt"] == .integer(0) { members["attempt"] = nil }
            return [.object(members)]
        }
    }

    private static func progress(handle: Value, _ progress: Value, sequence: UInt64) -> Value {
        .object(["frame": .text("update"), "sequence": .integer(sequence), "handle": handle, "progress": progress])
    }
}

/// The bytes that a string of hexadecimal digits stands for.
func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).map { index in
        UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
    }
}
