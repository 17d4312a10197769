import UpdateProtocol

/// All that came of a body: the frames, and how it ended. Two ways of cutting a body must leave equal transcripts.
struct Transcript: Equatable {
    var events: [Value] = []
    var error: ProtocolError?

    /// Decodes `pieces` one after the other, and the end of the body if there was no error.
    init(_ direction: TestVector.Direction, _ pieces: [ArraySlice<UInt8>]) {
        switch direction {
        case .up: decodeUp(pieces)
        case .down: decodeDown(pieces)
        }
    }

    private mutating func decodeUp(_ pieces: [ArraySlice<UInt8>]) {
        var decoder = UpFrameDecoder()
        var recorder = UpRecorder()
        for piece in pieces {
            let result = piece.withUnsafeBytes { decoder.decode($0, into: &recorder) }
            if case .failed(let error) = result {
                self.error = error
                break
            }
        }
        events = recorder.events
        if error == nil { error = decoder.finish() }
    }

    private mutating func decodeDown(_ pieces: [ArraySlice<UInt8>]) {
        var decoder = DownFrameDecoder()
        var recorder = DownRecorder()
        for piece in pieces {
            let result = piece.withUnsafeBytes { decoder.decode($0, into: &recorder) }
            if case .failed(let error) = result {
                self.error = error
                break
            }
        }
        events = recorder.events
        if error == nil { error = decoder.finish() }
    }
}

extension Transcript {
    /// The transcript of `stream` in one piece.
    init(_ direction: TestVector.Direction, whole stream: [UInt8]) {
        self.init(direction, [stream[...]])
    }

    /// The transcript of `stream` cut before each position of `cuts`, which ascend.
    init(_ direction: TestVector.Direction, _ stream: [UInt8], cuts: [Int]) {
        var pieces: [ArraySlice<UInt8>] = []
        var before = 0
        for cut in cuts + [stream.count] {
            pieces.append(stream[before..<cut])
            before = cut
        }
        self.init(direction, pieces)
    }
}
