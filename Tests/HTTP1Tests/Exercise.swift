import Bytes
import HTTP1

/// Runs every parser of the target over bytes from anywhere, and says what contradicts itself; nil when nothing does.
///
/// One entry for mutation tests and fuzzers: whatever the bytes, it must return, and return nil.
func exercise(_ bytes: [UInt8], cuts: [Int]) -> String? {
    let limits = RequestLimits(targetBytes: 64, fieldCount: 8, headBytes: 256, bodyBytes: 1_000)
    let whole = Parsed(bytes, limits: limits)
    guard Parsed(bytes, cuts: cuts, limits: limits) == whole else { return "head differs when cut at \(cuts)" }
    if let consumed = whole.consumed {
        guard consumed > 0, consumed <= min(bytes.count, limits.headBytes) else { return "consumed \(consumed)" }
        guard Parsed(Array(bytes[..<consumed]), limits: limits) == whole else { return "head depends on what follows" }
    }
    let body = Unchunked(bytes, limit: 100)
    guard Unchunked(bytes, cuts: cuts, limit: 100) == body else { return "chunks differ when cut at \(cuts)" }
    guard body.content.count <= 100 else { return "\(body.content.count) bytes of content" }
    return bytes.withUnsafeBytes(exerciseFields)
}

/// The readers of single field values, which see the whole input.
private func exerciseFields(_ bytes: UnsafeRawBufferPointer) -> String? {
    var encodings = AcceptEncoding()
    encodings.add(bytes)
    _ = Accept.names("application/problem+json", in: bytes)
    _ = Prefer.wait(in: bytes)
    _ = Digits.parse(bytes)
    _ = HTTPMethod(bytes)
    if MediaType.isValid(bytes), bytes.count > 255 || bytes.contains(where: { $0 >= 0x7f }) {
        return "media type out of bounds"
    }
    if case .name(let name) = ContentDisposition.fileName(in: bytes) {
        guard Array(name.utf8).withUnsafeBytes(ContentDisposition.isValidFileName) else { return "file name \(name)" }
    }
    if let authority = Authority(bytes), authority.host.upperBound > bytes.count { return "host out of bounds" }
    var decoded = OutputBuffer(capacity: 0)
    let isDecoded = PercentEncoding.decode(bytes, into: &decoded)
    if PercentEncoding.isPlain(bytes), !isDecoded || decoded.copy() != Array(bytes) { return "plain bytes changed" }
    if !isDecoded, !decoded.isEmpty { return "malformed encoding left bytes behind" }
    return exerciseQuery(bytes)
}

private func exerciseQuery(_ bytes: UnsafeRawBufferPointer) -> String? {
    var items = QueryItems()
    var end = 0
    while let item = items.next(in: bytes) {
        let itemEnd = item.value?.upperBound ?? item.name.upperBound
        guard item.name.lowerBound >= end, itemEnd <= bytes.count else { return "query item \(item)" }
        end = itemEnd
    }
    return nil
}
