import FuzzSupport
import HTTP1
import RequestReading

/// One input: a stream of requests. What our parser accepts, SwiftNIO's parser, which is llhttp, must read as the same
/// requests; see ``Difference`` for what is left out, and why. What we refuse and llhttp accepts is our strictness.
@c(LLVMFuzzerTestOneInput)
public func fuzzLlhttp(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let stream = Array(input.take())
    let ours = Conversation(stream, cuts: [], limits: RequestLimits())
    guard let end = Difference.comparableEnd(of: ours) else { return 0 }
    let theirs = OtherParser.read(Difference.withoutTabs(stream, upTo: end, ours))
    let requests = zip(ours.requests, ours.ends).prefix { $0.1 <= end }.map(\.0)
    for (number, request) in requests.enumerated() {
        guard theirs.requests.indices.contains(number) else {
            if Difference.isExplained(request, theirs.error) { return 0 }
            broken("request \(number) is accepted here, there it is \(theirs.error as Any): \(request)")
        }
        let other = theirs.requests[number]
        promise(other.isWhole, "request \(number) is whole here, there it is not (\(theirs.error as Any)): \(request)")
        promise(other.method == request.method, "methods: \(request), \(other)")
        promise(other.target == request.target, "targets: \(request), \(other)")
        promise(other.minorVersion == request.minorVersion, "versions: \(request), \(other)")
        promise(other.fields.map(Difference.trimmed) == request.fields, "fields: \(request), \(other)")
        promise(other.body == request.body, "content: \(request), \(other)")
    }
    promise(theirs.requests.count == requests.count, "\(requests.count) requests here, there \(theirs.requests.count)")
    return 0
}
