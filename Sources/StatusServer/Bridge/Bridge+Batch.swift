import Bytes
import HTTP1
import JSON
import StatusCore

/// Many jobs with one request, each by its id.
extension Bridge {
    /// `GET /api/jobs?ids=…`: the jobs of the ids in the query; nil when the query names none, and asks for a list.
    func multiGet(_ call: Call, into output: inout OutputBuffer) throws(ErrorAnswer) -> BridgeDecision? {
        guard let ids = try JobNames(query: call.request.query) else { return nil }
        appendJobs(ids.names, at: call.now, call.scratch.snapshot, call.baseURL, to: &output)
        return .answer(compressed(&output, call.request.fields.allowsGzip(in: call.request.bytes)))
    }

    /// `POST /api/jobs:batchGet`: the same, with the ids in the body.
    func batchGet(
        _ body: UnsafeRawBufferPointer,
        allowsGzip: Bool,
        _ context: AnswerContext,
        at now: Instant,
        _ job: JobSnapshot,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> ResponseFields {
        let ids = try JobNames(body: body)
        appendJobs(ids.names, at: now, job, context.baseURL, to: &output)
        return compressed(&output, allowsGzip)
    }

    /// In the order of the ids, as often as they come. An id without a job has an object without `status`.
    private func appendJobs(
        _ names: [String],
        at now: Instant,
        _ job: JobSnapshot,
        _ baseURL: [UInt8],
        to output: inout OutputBuffer
    ) {
        output.append(#"{"jobs":["#)
        var isFirst = true
        for name in names {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            appendJob(name, at: now, job, baseURL, to: &output)
        }
        output.append("]}")
    }

    /// The status of the job of that name, or why there is none.
    func appendJob(
        _ name: String,
        at now: Instant,
        _ job: JobSnapshot,
        _ baseURL: [UInt8],
        to output: inout OutputBuffer
    ) {
        do throws(ErrorAnswer) {
            _ = try read(TaskID(name), at: now, into: job)
            appendPlainStatus(of: job, at: now, baseURL, to: &output)
        } catch {
            output.append(#"{"taskId":"#)
            output.appendJSONString(name)
            output.append(#","error":"#)
            output.appendJSONString(error.text.bytes)
            output.append(#","code":"#)
            output.appendJSONString(error.code.bytes)
            output.append(UInt8(ascii: "}"))
        }
    }
}

/// The ids of a request that asks for many jobs, as they were sent: at most ``BridgeLimits/idsPerRequest``.
struct JobNames {
    private(set) var names: [String] = []

    /// `ids=a,b`, repeated, `ids[]=a` or `ids[0]=a`, in the order of the query; nil when it has none of them.
    init?(query: UnsafeRawBufferPointer) throws(ErrorAnswer) {
        var items = QueryItems()
        var isAsked = false
        while let item = items.next(in: query) {
            let name = query.part(item.name)
            // Only what begins so, or with an escape, can be it.
            guard name.first == UInt8(ascii: "i") || name.first == UInt8(ascii: "%") else { continue }
            guard let key = PercentEncoding.string(name, plusIsSpace: true), JobNames.isIDs(key) else { continue }
            guard let value = PercentEncoding.string(query.part(item.value ?? 0..<0), plusIsSpace: true) else {
                throw .malformed("The query is not percent-encoded UTF-8")
            }
            isAsked = true
            for part in value.split(separator: ",") { try append(String(part)) }
        }
        if !isAsked { return nil }
    }

    /// `{"ids":["a","b"]}`.
    init(body: UnsafeRawBufferPointer) throws(ErrorAnswer) {
        let object = try JSONBody(parsing: body)
        try object.allow(["ids"])
        guard case .array(let elements) = object.member("ids")?.value else {
            throw object.invalid("ids", "an array of task ids")
        }
        for element in elements {
            guard let name = element.string else { throw object.invalid("ids", "an array of task ids") }
            try append(name)
        }
    }

    private mutating func append(_ name: String) throws(ErrorAnswer) {
        guard names.count < BridgeLimits.idsPerRequest else {
            throw .malformed("ids must be at most \(BridgeLimits.idsPerRequest)")
        }
        names.append(name)
    }

    private static func isIDs(_ key: String) -> Bool {
        guard key.hasPrefix("ids") else { return false }
        let index = key.dropFirst(3)
        if index.isEmpty { return true }
        return index.first == "[" && index.last == "]" && index.count >= 2
            && index.dropFirst().dropLast().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
