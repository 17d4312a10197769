import Bytes

extension ResponseFields {
    /// Calls `body` with each field in the order in which it is to be sent; a value is valid during its call only.
    ///
    /// - Parameter body: the name as HTTP/1.1 writes it, the same in lower case as HTTP/2 wants it, and the value.
    @inline(__always)
    func forEachField(
        _ body: (_ name: StaticString, _ lowercase: StaticString, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        if let contentType { body("Content-Type", "content-type", contentType.text.bytes) }
        for text in texts {
            var value = text.value
            value.withUTF8 { body(text.name, text.lowercase, UnsafeRawBufferPointer($0)) }
        }
        if isGzip { body("Content-Encoding", "content-encoding", ("gzip" as StaticString).bytes) }
        if varyAcceptEncoding { body("Vary", "vary", ("Accept-Encoding" as StaticString).bytes) }
        body("X-Content-Type-Options", "x-content-type-options", ("nosniff" as StaticString).bytes)
        if isNotStored { body("Cache-Control", "cache-control", ("no-store" as StaticString).bytes) }
        if isJobAnswer {
            body("X-API-Version", "x-api-version", ("1.1" as StaticString).bytes)
            body("X-Async-Processing", "x-async-processing", ("true" as StaticString).bytes)
        }
        if let allow { body("Allow", "allow", allow.bytes) }
        if let retryAfter {
            var digits = "\(retryAfter)"
            digits.withUTF8 { body("Retry-After", "retry-after", UnsafeRawBufferPointer($0)) }
        }
    }

    /// Appends each field as a line of HTTP/1.1, without the empty line that ends a head.
    func appendFields(to output: inout OutputBuffer) {
        if isKeptAnswer {
            // What a status check gets: one copy.
            output.append(ResponseFields.keptAnswerLines)
            return
        }
        forEachField { name, _, value in
            output.append(name)
            output.append(": ")
            output.append(value)
            output.append("\r\n")
        }
    }

    /// The fields of a 200 of the kept routes that carries JSON.
    static let keptAnswer: ResponseFields = {
        var fields = ResponseFields(200)
        fields.isJobAnswer = true
        return fields
    }()

    /// True when these are the fields of ``keptAnswer``. What only other statuses have need not be looked at.
    private var isKeptAnswer: Bool {
        status == 200 && isJobAnswer && isNotStored && contentType == .json && !varyAcceptEncoding && !isGzip
            && texts.isEmpty
    }

    /// ``keptAnswer`` as ``forEachField(_:)`` gives it.
    private static let keptAnswerLines: StaticString = """
        Content-Type: application/json; charset=utf-8\r
        X-Content-Type-Options: nosniff\r
        Cache-Control: no-store\r
        X-API-Version: 1.1\r
        X-Async-Processing: true\r\n
        """
}
