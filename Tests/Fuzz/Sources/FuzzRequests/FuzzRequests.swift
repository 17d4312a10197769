import FuzzSupport
import HTTP1
import RequestReading

/// One input: a byte of choices (bit 0: small limits; bits 1 to 3: how many cuts), the cuts as two bytes each, and a
/// stream of requests. What is read must not depend on where the stream is cut, and keeps to the limits; a request that
/// is accepted has nothing in it that the next server might take for another line.
@c(LLVMFuzzerTestOneInput)
public func fuzzRequests(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let choices = input.byte()
    var cuts = (0..<Int(choices >> 1 & 7)).map { _ in Int(input.byte()) | Int(input.byte()) << 8 }
    let stream = Array(input.take())
    cuts = cuts.map { $0 % (stream.count + 1) }.sorted()
    let small = RequestLimits(targetBytes: 24, fieldCount: 4, headBytes: 160, bodyBytes: 12)
    let limits = choices & 1 == 0 ? RequestLimits() : small

    let whole = Conversation(stream, cuts: [], limits: limits)
    compare(whole, Conversation(stream, cuts: cuts, limits: limits), "cut at \(cuts)")
    // Quadratic, so not for the longest ones.
    if stream.count <= 4_096 {
        compare(whole, Conversation(stream, cuts: Array(1..<max(stream.count, 1)), limits: limits), "cut everywhere")
    }
    for request in whole.requests {
        check(request)
        readFields(of: request)
    }
    return 0
}

private func compare(_ whole: Conversation, _ other: Conversation, _ how: @autoclosure () -> String) {
    if whole != other { broken("\(how()):\n\(whole)\n\(other)") }
}

/// What every accepted request keeps to (RFC 9112 sections 3, 5 and 6).
private func check(_ request: ReadRequest) {
    let text = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self) }
    promise(!request.method.isEmpty && request.method.allSatisfy(isToken), "method \(text(request.method))")
    promise(!request.target.isEmpty && request.target.allSatisfy { $0 > 0x20 && $0 < 0x7f }, text(request.target))
    for field in request.fields {
        promise(!field.name.isEmpty && field.name.allSatisfy(isToken), "a name \(text(field.name))")
        promise(field.value.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f }, "a value \(text(field.value))")
        promise(field.value.first.map { $0 != 0x20 && $0 != 0x09 } != false, "whitespace before a value")
        promise(field.value.last.map { $0 != 0x20 && $0 != 0x09 } != false, "whitespace behind a value")
    }
    let hosts = request.values(of: "host").count
    promise(hosts == 1 || hosts == 0 && request.minorVersion == 0, "\(hosts) hosts")
    let lengths = request.values(of: "content-length")
    let codings = request.values(of: "transfer-encoding")
    promise(lengths.count + codings.count <= 1, "\(lengths.count) lengths, \(codings.count) codings")
    switch request.bodyLength {
    case .none: promise(codings.isEmpty && lengths.allSatisfy { Int(text($0)) == 0 }, "content without length")
    case .known(let length):
        promise(lengths.count == 1 && Int(text(lengths[0])) == length, "a length of \(length)")
        promise(lengths[0].allSatisfy { (0x30...0x39).contains($0) }, "a length \(text(lengths[0]))")
        if request.isWhole { promise(request.body.count == length, "\(request.body.count) of \(length) bytes") }
    case .chunked: promise(codings.count == 1 && request.minorVersion == 1, "chunks without their field")
    }
    promise(!request.expectsContinue || request.bodyLength != .none, "nothing to continue with")
}

/// `tchar` of RFC 9110 section 5.6.2, spelled otherwise than in the parser.
private func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
