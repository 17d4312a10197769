import FuzzSupport
public import HTTP1

/// All that a connection makes of a stream of requests, with the parser and the decoder of the server.
///
/// Bytes arrive in pieces; what is used up goes, what is not stays for the next piece, as on a socket.
public struct Conversation: Equatable {
    /// The requests whose heads were accepted; the last one may not be whole.
    public private(set) var requests: [ReadRequest] = []
    /// Why the stream was refused.
    public private(set) var failure: RequestFailure?
    /// Where in the stream each whole request ended.
    public private(set) var ends: [Int] = []

    /// Reads `stream` cut at each of `cuts`, which ascend.
    public init(_ stream: [UInt8], cuts: [Int], limits: RequestLimits) {
        var reader = Reader(limits: limits)
        var arrived = 0
        for end in cuts + [stream.count] where end > arrived {
            arrived = end
            reader.read(stream[reader.position..<end], into: &self)
            if failure != nil { return }
        }
    }

    /// What a connection keeps between two pieces.
    private struct Reader {
        let limits: RequestLimits
        var parser: RequestParser
        var head = RequestHead()
        /// Of the stream, the first byte that is not used up.
        var position = 0
        var body = Body.none

        enum Body {
            case none
            case known(Int)
            case chunked(ChunkedDecoder)
        }

        init(limits: RequestLimits) {
            self.limits = limits
            parser = RequestParser(limits: limits)
        }

        /// Reads as far as `bytes` go, which begin at the position.
        mutating func read(_ bytes: ArraySlice<UInt8>, into conversation: inout Conversation) {
            var rest = bytes
            while conversation.failure == nil {
                let used: Int
                switch body {
                case .none: used = readHead(rest, into: &conversation)
                case .known(let missing): used = readKnown(rest, missing, into: &conversation)
                case .chunked: used = readChunked(rest, into: &conversation)
                }
                position += used
                rest = rest.dropFirst(used)
                if used == 0 || rest.isEmpty { return }
            }
        }

        private mutating func readHead(_ bytes: ArraySlice<UInt8>, into conversation: inout Conversation) -> Int {
            switch bytes.withUnsafeBytes({ parser.parse($0, into: &head) }) {
            case .incomplete:
                promise(bytes.count < limits.headBytes, "\(bytes.count) bytes of a head are waited with")
                return 0
            case .failed(let failure):
                conversation.failure = failure
                return 0
            case .complete(let consumed):
                promise(consumed > 0 && consumed <= bytes.count, "\(consumed) of \(bytes.count) bytes consumed")
                promise(consumed <= limits.headBytes, "a head of \(consumed) bytes")
                promise(head.target.count <= limits.targetBytes, "a target of \(head.target.count) bytes")
                promise(head.fields.count <= limits.fieldCount, "\(head.fields.count) fields")
                promise(parser.isIdle, "a parser that has finished is not idle")
                conversation.requests.append(ReadRequest(head, in: bytes))
                switch head.bodyLength {
                case .none: conversation.finish(at: position + consumed)
                case .known(let length):
                    promise(length > 0 && length <= limits.bodyBytes, "content of \(length) bytes")
                    body = .known(length)
                case .chunked: body = .chunked(ChunkedDecoder(limit: limits.bodyBytes))
                }
                return consumed
            }
        }

        private mutating func readKnown(
            _ bytes: ArraySlice<UInt8>,
            _ missing: Int,
            into conversation: inout Conversation
        ) -> Int {
            let piece = bytes.prefix(missing)
            conversation.add(piece)
            body = piece.count == missing ? .none : .known(missing - piece.count)
            if piece.count == missing { conversation.finish(at: position + piece.count) }
            return piece.count
        }

        private mutating func readChunked(_ bytes: ArraySlice<UInt8>, into conversation: inout Conversation) -> Int {
            guard case .chunked(var decoder) = body else { return 0 }
            let step = bytes.withUnsafeBytes { decoder.decode($0) }
            body = .chunked(decoder)
            promise(step.next <= bytes.count && step.data.upperBound <= step.next, "\(step) of \(bytes.count) bytes")
            conversation.add(bytes.dropFirst(step.data.lowerBound).prefix(step.data.count))
            promise(
                conversation.requests.last.map { $0.body.count <= limits.bodyBytes } == true,
                "more content than allowed"
            )
            switch step.state {
            case .more:
                promise(step.next > 0, "the decoder stands still")
            case .end:
                body = .none
                conversation.finish(at: position + step.next)
            case .failed(let failure): conversation.failure = failure
            }
            return step.next
        }
    }

    private mutating func add(_ content: ArraySlice<UInt8>) {
        requests[requests.count - 1].body += content
    }

    private mutating func finish(at end: Int) {
        requests[requests.count - 1].isWhole = true
        ends.append(end)
    }
}
