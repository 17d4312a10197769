import Bytes
import HTTP1
import JSON
import StatusCore

extension Bridge {
    /// `GET /api/jobs`: a page of jobs, newest first; or the jobs that it names.
    func list(_ call: Call, into output: inout OutputBuffer) throws(ErrorAnswer) -> BridgeDecision {
        if let jobs = try multiGet(call, into: &output) { return jobs }
        let page = try ListQuery(call.request.query)
        output.append(#"{"jobs":["#)
        var isFirst = true
        let next = table.list(page.filter, after: page.cursor, limit: page.limit, at: call.now) { job in
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            appendPlainStatus(of: job, at: call.now, call.baseURL, to: &output)
        }
        output.append(UInt8(ascii: "]"))
        if let next {
            output.append(#","nextCursor":"#)
            output.appendJSONString(next.description)
        }
        output.append(UInt8(ascii: "}"))
        return .answer(compressed(&output, call.request.fields.allowsGzip(in: call.request.bytes)))
    }
}

/// What the query of a list asks for. Parameters that it does not know are ignored.
struct ListQuery {
    private(set) var filter = ListFilter()
    private(set) var cursor: ListCursor?
    private(set) var limit = BridgeLimits.defaultListPage

    /// Empty values of `status`, `type`, `limit` and `cursor` ask for nothing, as a form sends them.
    init(_ query: UnsafeRawBufferPointer) throws(ErrorAnswer) {
        var items = QueryItems()
        while let item = items.next(in: query) {
            guard let name = PercentEncoding.string(query.part(item.name), plusIsSpace: true),
                let value = PercentEncoding.string(query.part(item.value ?? 0..<0), plusIsSpace: true)
            else { throw .malformed("The query is not percent-encoded UTF-8") }
            if name.hasPrefix("label."), name != "label." {
                filter.labels.append(Label(key: String(name.dropFirst("label.".count)), value: value))
            } else if !value.isEmpty {
                try take(name, value)
            }
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(ErrorAnswer) {
        switch name {
        case "status":
            guard let state = JobState(word: value) else {
                throw .malformed("status must be queued, processing, completed, failed or cancelled")
            }
            filter.status = state
        case "type":
            filter.type = value
        case "limit":
            guard let number = Int(value), BridgeLimits.listPage.contains(number) else {
                let range = BridgeLimits.listPage
                throw .malformed("limit must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            limit = number
        case "cursor":
            guard let place = ListCursor(value) else {
                throw .malformed("cursor must be the nextCursor of the page before")
            }
            cursor = place
        default:
            break
        }
    }
}
