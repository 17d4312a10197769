import HTTP1

/// What parsing came to, with every range as the text it stands for, so that cases can be compared and printed.
struct Parsed: Equatable {
    var outcome: ParseOutcome
    var method = ""
    var form = TargetForm.origin
    var path = ""
    var query: String?
    var minorVersion = 1
    var host: String?
    var body = BodyLength.none
    var closes = false
    var expectsContinue = false
    var fields: [String] = []

    /// Parses `bytes`, growing by the pieces of `cuts`: after each cut the parser sees everything up to it.
    init(_ bytes: [UInt8], cuts: [Int] = [], limits: RequestLimits = RequestLimits()) {
        var parser = RequestParser(limits: limits)
        var head = RequestHead()
        outcome = .incomplete
        for end in cuts + [bytes.count] where outcome == .incomplete {
            outcome = bytes[..<end].withUnsafeBytes { parser.parse($0, into: &head) }
        }
        guard case .complete = outcome else { return }
        let text = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
        method = text(head.methodRange)
        form = head.targetForm
        path = text(head.path)
        query = head.query.map(text)
        minorVersion = Int(head.minorVersion)
        host = head.host.map(text)
        body = head.bodyLength
        closes = head.closes
        expectsContinue = head.expectsContinue
        fields = head.fields.map { "\(text($0.name)): \(text($0.value))" }
    }

    init(_ text: String, cuts: [Int] = [], limits: RequestLimits = RequestLimits()) {
        self.init(Array(text.utf8), cuts: cuts, limits: limits)
    }

    /// The reason of a refusal.
    var failure: RequestFailure? {
        if case .failed(let failure) = outcome { failure } else { nil }
    }

    /// The number of bytes that a complete head took.
    var consumed: Int? {
        if case .complete(let consumed) = outcome { consumed } else { nil }
    }
}
