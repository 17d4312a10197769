import Foundation
import StatusCore
import Testing

@testable import JobStore

/// A folder of its own, which goes with this object.
final class Scratch: Sendable {
    let path = NSTemporaryDirectory() + "telltale-store-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var database: String { path + "/telltale.db" }

    func store() throws -> SQLiteJobStore { try SQLiteJobStore(path: database) }
}

extension TaskID {
    static func named(_ name: String) throws -> TaskID { try #require(TaskID(name)) }
}

extension JobImage {
    /// A job with nothing but a name.
    static func bare(_ name: String, createdAt: Int64 = 1_000) throws -> JobImage {
        JobImage(Submission(id: try .named(name)), createdAt: createdAt)
    }

    /// A job that has drawn from `random` whatever a job can have.
    static func any(_ name: String, using random: inout SplitMix) throws -> JobImage {
        var submission = Submission(id: try .named(name))
        submission.tenant = TenantID(UInt16(random.below(3)))
        if random.flip() { submission.type = random.text(64) }
        for index in 0..<random.below(4) { submission.labels.append(Label(key: "k\(index)", value: random.text(40))) }
        if random.flip() { submission.metadata = Array("{\"a\":\(random.below(1_000))}".utf8) }
        if random.flip() { submission.parent = try .named("parent-\(random.below(9))") }
        if random.flip() { submission.idempotencyKey = (0..<8).map { _ in UInt8(random.below(256)) } }
        if random.flip() { submission.stall = UInt32(random.below(1_000) + 1) }
        if random.flip() { submission.stallPolicy = .fail }
        submission.ttl = UInt32(random.below(Int(Limits.ttl)) + 1)
        submission.resultTTL = UInt32(random.below(Int(Limits.ttl)) + 1)
        var image = JobImage(submission, createdAt: 1_700_000_000_000 + Int64(random.below(1_000_000)))
        image.state = JobState.allCases[random.below(5)]
        image.attempt = UInt32(random.below(9) + 1)
        image.version = UInt64(random.below(1 << 40) + 1)
        image.progress = image.state == .completed ? .complete : try #require(BasisPoints(random.below(10_001)))
        image.updatedAt = image.createdAt + Int64(random.below(50_000))
        if image.state != .queued { image.startedAt = image.createdAt + 5 }
        if image.state.isTerminal {
            image.endedAt = image.updatedAt
            image.isRemoved = random.flip()
        }
        if random.flip() { image.units = Units(done: random.next(), total: random.next()) }
        if random.flip() { image.unit = random.text(64) }
        if random.flip() {
            image.step = .init(index: UInt32(random.below(9)), total: 9, name: random.text(256))
        }
        if random.flip() { image.note = random.text(1_024) }
        image.isStalled = image.state == .processing && random.flip()
        image.isBound = random.flip()
        if image.state == .failed {
            image.failureText = random.text(4_096)
            image.failureCode = random.text(64)
            image.failureIsRetryable = random.flip()
        }
        if image.state == .cancelled {
            image.cancelReason = random.text(1_024)
            image.worker = [.pending, .received, .stopped, .refused][random.below(4)]
        }
        image.wordsAreLost = image.state.isTerminal && random.flip()
        if random.flip() {
            image.result = ResultID(random.next() | 1)
            if image.state == .completed { image.resultAt = image.endedAt }
        }
        return image
    }
}

typealias Limits = StatusCore.Limits

/// Random numbers that a seed repeats (Steele, Lea, Flood: SplitMix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func flip() -> Bool { next() & 1 == 1 }

    /// 1 to `limit` bytes of UTF-8, of one, two, three and four bytes a character.
    mutating func text(_ limit: Int) -> String {
        let characters: [Character] = ["a", "Z", "ß", "€", "𝛼", "\"", "\\", "\u{0}", "'"]
        var text = ""
        for _ in 0..<below(limit) + 1 {
            let next = characters[below(characters.count)]
            if text.utf8.count + next.utf8.count > limit { break }
            text.append(next)
        }
        return text.isEmpty ? "x" : text
    }
}
