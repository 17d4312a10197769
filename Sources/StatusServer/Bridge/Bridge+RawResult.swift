import ResultStore
import StatusCore

extension Bridge {
    /// A stored result as it is: whole, the parts of it that were asked for, or that the client has it already.
    func storedAnswer(_ result: StoredResult, of id: TaskID, _ view: JobView) throws(ErrorAnswer) -> BridgeDecision {
        let conditions = view.options.conditions
        let isGzip = view.options.allowsGzip && conditions?.asksForRange != true
        let representation = Representation(result: result, coding: isGzip ? .gzip : .identity)
        let tag = representation.entityTag
        var fields = view.fields(ResponseFields(200, nil))
        fields.isNotStored = false
        fields.varyAcceptEncoding = true
        if conditions?.hasSeen(tag) == true {
            fields.status = 304
            fields.setEntityTag(tag)
            return .answer(fields)
        }
        fields.isJobAnswer = true
        fields.isGzip = isGzip
        let body: ResultBody
        var mediaType = result.mediaType
        switch conditions?.parts(tag, length: result.length) ?? .whole {
        case .whole:
            body = ResultBody(whole: result, coding: representation.coding)
        case .unsatisfiable:
            throw .rangeNotSatisfiable(id, length: result.length)
        case .parts(let parts) where parts.count == 1:
            fields.status = 206
            fields.setContentRange(parts[0], of: result.length)
            body = ResultBody([.content(parts[0])], of: result)
        case .parts(let parts):
            fields.status = 206
            let multipart = Multipart(parts, of: result)
            mediaType = multipart.mediaType
            body = multipart.body
        }
        fields.setStored(
            mediaType: mediaType,
            disposition: Disposition.value(mediaType: result.mediaType, name: result.name)
        )
        fields.setEntityTag(tag)
        fields.setRepresentation(digest: representation.digest)
        return .sendResult(ResultDownload(fields: fields, result: result, body: body))
    }
}

/// Several parts of a result in one body (RFC 9110 §14.6).
struct Multipart {
    let mediaType: String
    let body: ResultBody

    init(_ parts: [Range<Int>], of result: StoredResult) {
        // Nobody who chose the content can know it.
        let boundary = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        mediaType = "multipart/byteranges; boundary=\(boundary)"
        var sections: [ResultBody.Section] = []
        for part in parts {
            let head = """
                \(sections.isEmpty ? "" : "\r\n")--\(boundary)\r\nContent-Type: \(result.mediaType)\r\n\
                Content-Range: \(ContentRange.text(part, of: result.length))\r\n\r\n
                """
            sections += [.bytes(Array(head.utf8)), .content(part)]
        }
        sections.append(.bytes(Array("\r\n--\(boundary)--\r\n".utf8)))
        body = ResultBody(sections, of: result)
    }
}

/// The value of `Content-Range` (RFC 9110 §14.4).
enum ContentRange {
    static func text(_ part: Range<Int>, of length: Int) -> String {
        "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)"
    }
}

extension ResponseFields {
    mutating func setEntityTag(_ tag: String) {
        add("ETag", "etag", tag)
    }

    mutating func setRepresentation(digest: String) {
        add("Repr-Digest", "repr-digest", digest)
        add("Accept-Ranges", "accept-ranges", "bytes")
    }

    mutating func setContentRange(_ part: Range<Int>, of length: Int) {
        add("Content-Range", "content-range", ContentRange.text(part, of: length))
    }
}

extension ErrorAnswer {
    /// None of the bytes that were asked for exists.
    static func rangeNotSatisfiable(_ id: TaskID, length: Int) -> ErrorAnswer {
        var answer = ErrorAnswer(
            416,
            "rangeNotSatisfiable",
            "The result has no such range",
            detail: "It has \(length) bytes"
        )
        answer.taskID = id
        answer.resultLength = length
        return answer
    }
}
