import HTTP1

/// What decoding a chunked body came to.
struct Unchunked: Equatable {
    var content: [UInt8] = []
    var state = ChunkedDecoder.State.more
    /// Bytes behind the body.
    var rest = 0

    /// Decodes `bytes` in the pieces between `cuts`.
    init(_ bytes: [UInt8], cuts: [Int] = [], limit: Int = RequestLimits.defaultBodyBytes) {
        var decoder = ChunkedDecoder(limit: limit)
        var start = 0
        for end in cuts + [bytes.count] where state == .more {
            decode(Array(bytes[start..<end]), &decoder)
            start = end
        }
        rest += bytes.count - start
        if case .failed = state { rest = 0 }
    }

    init(_ text: String, limit: Int = RequestLimits.defaultBodyBytes) {
        self.init(Array(text.utf8), limit: limit)
    }

    private mutating func decode(_ piece: [UInt8], _ decoder: inout ChunkedDecoder) {
        var position = 0
        repeat {
            let step = piece.withUnsafeBytes { decoder.decode($0, from: position) }
            content += piece[step.data]
            position = step.next
            state = step.state
        } while state == .more && position < piece.count
        rest = piece.count - position
    }

    var text: String { String(decoding: content, as: UTF8.self) }
}
