import HTTP1
import NIOCore

/// Takes the content of one request out of the bytes of its connection, whichever way it is framed.
enum BodyReader {
    case none
    /// So many bytes are still to come.
    case known(Int)
    case chunked(ChunkedDecoder)

    /// What one step brought.
    enum Step {
        /// The next bytes of the content, at least one.
        case piece(ByteBuffer)
        /// The input is used up and the content goes on.
        case starved
        /// The content has ended; what is left in the input is the next request.
        case end
        case failed(RequestFailure)
    }

    /// The content that `head` announces.
    init(_ head: RequestHead) {
        switch head.bodyLength {
        case .none: self = .none
        case .known(let length): self = .known(length)
        case .chunked: self = .chunked(ChunkedDecoder())
        }
    }

    /// Takes the next step from `input`, which moves on by what was used.
    mutating func next(_ input: inout ByteBuffer) -> Step {
        switch self {
        case .none, .known(0): return .end
        case .known(let rest):
            guard let piece = input.readSlice(length: min(rest, input.readableBytes)), piece.readableBytes > 0 else {
                return .starved
            }
            self = .known(rest - piece.readableBytes)
            return .piece(piece)
        case .chunked(var decoder):
            let step = input.withUnsafeReadableBytes { decoder.decode($0) }
            self = .chunked(decoder)
            let piece = input.getSlice(at: input.readerIndex + step.data.lowerBound, length: step.data.count)
            input.moveReaderIndex(forwardBy: step.next)
            if let piece, piece.readableBytes > 0 {
                if step.state == .end { self = .none }
                return .piece(piece)
            }
            switch step.state {
            case .end: return .end
            case .failed(let failure): return .failed(failure)
            case .more: return input.readableBytes == 0 ? .starved : next(&input)
            }
        }
    }
}
