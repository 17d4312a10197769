import Bytes
import JSON
import StatusCore

/// What `POST /api/jobs` asks for.
struct SubmissionBody {
    /// Under the id that the client chose, or one that was made for it.
    let submission: Submission

    private static let keys = [
        "taskId", "type", "labels", "metadata", "ttlSeconds", "resultTtlSeconds", "stallSeconds", "onStall",
        "parentId",
    ]

    /// - Parameters:
    ///   - idempotencyKey: names the submission where the body does not.
    ///   - wall: milliseconds since 1970 UTC.
    init(parsing bytes: UnsafeRawBufferPointer, idempotencyKey: [UInt8]?, at wall: Int64) throws(ErrorAnswer) {
        let body = try JSONBody(parsing: bytes)
        try body.allow(SubmissionBody.keys)
        let named = try body.taskID("taskId")
        var generator = SystemRandomNumberGenerator()
        var submission = Submission(id: named ?? TaskID.generate(at: wall, using: &generator))
        submission.type = try body.text("type", 1...StatusCore.Limits.typeLength)
        submission.labels = try SubmissionBody.labels(body)
        submission.metadata = try SubmissionBody.metadata(body, bytes)
        if let seconds = try body.integer("ttlSeconds", BridgeLimits.lifetime) { submission.ttl = UInt32(seconds) }
        if let seconds = try body.integer("resultTtlSeconds", BridgeLimits.lifetime) {
            submission.resultTTL = UInt32(seconds)
        }
        submission.stall = try body.integer("stallSeconds", BridgeLimits.stall).map { UInt32($0) }
        submission.stallPolicy = try SubmissionBody.stallPolicy(body)
        submission.parent = try body.taskID("parentId")
        if named == nil { submission.idempotencyKey = idempotencyKey }
        self.submission = submission
    }

    private static func labels(_ body: JSONBody) throws(ErrorAnswer) -> [Label] {
        guard let object = try body.object("labels") else { return [] }
        guard object.members.count <= StatusCore.Limits.labelCount else {
            throw body.invalid("labels", "at most \(StatusCore.Limits.labelCount) pairs")
        }
        var labels: [Label] = []
        for member in object.members {
            guard (1...StatusCore.Limits.labelKeyLength).contains(member.key.utf8.count) else {
                throw body.invalid("labels", "pairs with keys of 1 to \(StatusCore.Limits.labelKeyLength) bytes")
            }
            let value = try object.text(member.key, 0...StatusCore.Limits.labelValueLength)
            labels.append(Label(key: member.key, value: value ?? ""))
        }
        return labels
    }

    /// The submitter's own object, without the white space around its values.
    private static func metadata(_ body: JSONBody, _ bytes: UnsafeRawBufferPointer) throws(ErrorAnswer) -> [UInt8] {
        guard let member = body.member("metadata") else { return [] }
        guard member.value.object != nil else { throw body.invalid("metadata", "an object") }
        var compact = OutputBuffer(capacity: member.range.count)
        JSONCompactor.append(bytes.part(member.range), to: &compact)
        guard compact.count <= StatusCore.Limits.metadataLength else {
            throw body.invalid("metadata", "at most \(StatusCore.Limits.metadataLength) bytes")
        }
        return compact.copy()
    }

    private static func stallPolicy(_ body: JSONBody) throws(ErrorAnswer) -> StallPolicy {
        guard let member = body.member("onStall") else { return .report }
        switch member.value.string {
        case "report": return .report
        case "fail": return .fail
        default: throw body.invalid("onStall", "report or fail")
        }
    }
}
