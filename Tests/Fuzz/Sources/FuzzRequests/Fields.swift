import Bytes
import FuzzSupport
import HTTP1
import RequestReading

/// Hands the parts of a request to everything that reads such parts: nothing may trap, and what comes out is bounded.
func readFields(of request: ReadRequest) {
    let parts = request.fields.map(\.value) + [request.path, request.query ?? [], request.host ?? []]
    for part in parts { part.withUnsafeBytes(readAnyhow) }
    request.query?.withUnsafeBytes(readQuery)
}

private func readAnyhow(_ bytes: UnsafeRawBufferPointer) {
    decode(bytes)
    _ = Accept.names("application/problem+json", in: bytes)
    var encodings = AcceptEncoding()
    encodings.add(bytes)
    _ = ContentDisposition.fileName(in: bytes)
    _ = ContentDisposition.isValidFileName(bytes)
    if MediaType.isValid(bytes) { promise(bytes.count <= 255, "a media type of \(bytes.count) bytes") }
    _ = MediaType.matches(bytes, "application/json")
    if let seconds = Prefer.wait(in: bytes) { promise(seconds >= 0, "a wait of \(seconds) s") }
    if let authority = Authority(bytes) {
        promise(authority.host.upperBound <= bytes.count, "a host beyond its bytes")
        promise(!authority.host.isEmpty || bytes.isEmpty, "a host without a name")
    }
}

/// Decoding happens once: a text that means itself comes out as it is, and none gets longer.
private func decode(_ bytes: UnsafeRawBufferPointer) {
    var output = OutputBuffer(capacity: 16)
    let isGood = PercentEncoding.decode(bytes, into: &output)
    promise(output.count <= bytes.count, "\(bytes.count) bytes become \(output.count)")
    promise(isGood || output.isEmpty, "a malformed text leaves \(output.count) bytes")
    if PercentEncoding.isPlain(bytes) {
        promise(isGood && output.copy().elementsEqual(bytes), "a plain text is changed")
    }
    let escapes = bytes.reduce(0) { $0 + ($1 == UInt8(ascii: "%") ? 1 : 0) }
    promise(!isGood || output.count == bytes.count - 2 * escapes, "an escape is read twice, or not at all")
}

private func readQuery(_ query: UnsafeRawBufferPointer) {
    var items = QueryItems()
    var count = 0
    while let item = items.next(in: query) {
        let value = item.value ?? item.name
        promise(max(item.name.upperBound, value.upperBound) <= query.count, "an item beyond the query")
        decode(UnsafeRawBufferPointer(rebasing: query[value]))
        count += 1
        promise(count <= query.count + 1, "more items than characters")
    }
    _ = QueryItems.value(of: "ids", in: query)
}
