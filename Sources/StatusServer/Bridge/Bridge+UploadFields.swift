import HTTP1
import ResultStore

/// What the head of a `PUT …/result` says about the bytes that follow.
extension Bridge {
    func mediaType(of request: BridgeRequest) throws(ErrorAnswer) -> String {
        guard let type = request.value(of: "content-type"), !type.isEmpty else { return "application/octet-stream" }
        guard MediaType.isValid(type) else {
            throw .malformed("Content-Type must be a media type of at most 255 bytes, such as text/plain")
        }
        return String(decoding: type, as: UTF8.self)
    }

    /// Only what names `application/json` itself is JSON: it goes into an envelope, while other types, `+json` among
    /// them, are given back as they came.
    func isJSON(_ request: BridgeRequest) -> Bool {
        guard let type = request.value(of: "content-type") else { return false }
        return MediaType.matches(type, "application/json")
    }

    func name(in request: BridgeRequest) throws(ErrorAnswer) -> String? {
        guard let disposition = request.value(of: "content-disposition") else { return nil }
        switch ContentDisposition.fileName(in: disposition) {
        case .absent: return nil
        case .name(let name): return name
        case .malformed:
            throw .malformed("The name in Content-Disposition must be 1 to 255 bytes without control characters")
        }
    }

    func coding(of request: BridgeRequest) throws(ErrorAnswer) -> ResultCoding {
        guard let coding = request.value(of: "content-encoding"), !isIdentity(coding) else { return .identity }
        for name in ["gzip", "x-gzip"] as [StaticString] where ASCII.equalIgnoringCase(coding, name.bytes) {
            return .gzip
        }
        throw .unsupportedCoding
    }

    /// `attempt=N`; 0, the current attempt, without it.
    func attempt(in query: UnsafeRawBufferPointer) throws(ErrorAnswer) -> UInt32 {
        guard let value = QueryItems.value(of: "attempt", in: query) else { return 0 }
        guard let number = Digits.parse(query.part(value)), let attempt = UInt32(exactly: number), attempt > 0 else {
            throw .malformed("attempt must be a whole number from 1 to 4294967295")
        }
        return attempt
    }

    /// `complete=1`.
    func completes(_ query: UnsafeRawBufferPointer) throws(ErrorAnswer) -> Bool {
        guard let value = QueryItems.value(of: "complete", in: query).map(query.part) else { return false }
        if ASCII.equal(value, "1") { return true }
        if ASCII.equal(value, "0") { return false }
        throw .malformed("complete must be 1 or 0")
    }
}
