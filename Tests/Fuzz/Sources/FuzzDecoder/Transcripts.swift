import Bytes
import FuzzSupport

@testable import UpdateProtocol

/// How the bytes of a stream are handed to a decoder.
enum Cutting {
    case whole
    case bytewise
    /// Before each of these positions, which ascend.
    case at([Int])

    /// The pieces of `stream`, none of them empty.
    func pieces(of stream: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
        let cuts: [Int] =
            switch self {
            case .whole: []
            case .bytewise: Array(1..<max(stream.count, 1))
            case .at(let positions): positions
            }
        var pieces: [UnsafeRawBufferPointer] = []
        var start = 0
        for end in cuts + [stream.count] where end > start {
            pieces.append(UnsafeRawBufferPointer(rebasing: stream[start..<end]))
            start = end
        }
        return pieces
    }
}

/// All that came of a stream: the frames, and how it ended.
struct Transcript: Equatable {
    var log = Log()
    var error: ProtocolError?

    /// Bytes of a cut frame that a decoder may keep: the frame at its limit, and a type and a length before it.
    private static func allowance(_ limits: UpdateLimits) -> Int { limits.maximumFrame + 10 }

    init(up stream: UnsafeRawBufferPointer, _ cutting: Cutting, stopsAlways: Bool = false, _ limits: UpdateLimits) {
        var decoder = UpFrameDecoder(limits: limits)
        var handler = UpLog(limits: limits, stopsAlways: stopsAlways)
        pieces: for piece in cutting.pieces(of: stream) {
            var rest = piece
            while true {
                let result = decoder.decode(rest, into: &handler)
                promise(decoder.carry.count <= Self.allowance(limits), "\(decoder.carry.count) bytes are kept")
                switch result {
                case .ok: continue pieces
                case .stopped(let consumed):
                    promise(stopsAlways, "the decoder stopped by itself")
                    promise(consumed > 0 && consumed <= rest.count, "\(consumed) of \(rest.count) bytes consumed")
                    rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
                    if rest.isEmpty { continue pieces }
                case .failed(let error):
                    self.error = error
                    let before = handler.log
                    promise(decoder.decode(rest, into: &handler) == .failed(error), "an error is not final")
                    promise(handler.log == before, "frames after an error")
                    break pieces
                }
            }
        }
        log = handler.log
        if error == nil {
            promise(decoder.nextSequence == handler.next ?? 0 || decoder.finish() != nil, "the number is not the next")
            error = decoder.finish()
        }
    }

    init(down stream: UnsafeRawBufferPointer, _ cutting: Cutting, stopsAlways: Bool = false, _ limits: UpdateLimits) {
        var decoder = DownFrameDecoder(limits: limits)
        var handler = DownLog(stopsAlways: stopsAlways)
        pieces: for piece in cutting.pieces(of: stream) {
            var rest = piece
            while true {
                let result = decoder.decode(rest, into: &handler)
                promise(decoder.carry.count <= Self.allowance(limits), "\(decoder.carry.count) bytes are kept")
                switch result {
                case .ok: continue pieces
                case .stopped(let consumed):
                    promise(stopsAlways, "the decoder stopped by itself")
                    promise(consumed > 0 && consumed <= rest.count, "\(consumed) of \(rest.count) bytes consumed")
                    rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
                    if rest.isEmpty { continue pieces }
                case .failed(let error):
                    self.error = error
                    let before = handler.log
                    promise(decoder.decode(rest, into: &handler) == .failed(error), "an error is not final")
                    promise(handler.log == before, "frames after an error")
                    break pieces
                }
            }
        }
        log = handler.log
        error = error ?? decoder.finish()
    }
}
