import Testing
import UpdateProtocol

@Suite("Test vectors")
struct VectorTests {
    @Test("Every stream means what its vector says", .tags(.unit009, .unit010), arguments: TestVector.streams)
    func meaning(_ vector: TestVector) {
        let transcript = Transcript(vector.direction, whole: vector.stream)
        #expect(Array(transcript.events.dropFirst(vector.preludeLength > 0 ? 1 : 0)) == vector.events)
        #expect(transcript.error?.code.rawValue == vector.error?.code)
        #expect(transcript.error?.sequence == vector.error?.sequence)
    }

    @Test("A stream means the same wherever it is cut in two", .tags(.unit010), arguments: TestVector.streams)
    func anyCut(_ vector: TestVector) {
        let whole = Transcript(vector.direction, whole: vector.stream)
        for cut in 0...vector.stream.count {
            #expect(Transcript(vector.direction, vector.stream, cuts: [cut]) == whole, "cut at \(cut)")
        }
    }

    @Test("A stream means the same byte by byte", .tags(.unit010), arguments: TestVector.streams)
    func byteByByte(_ vector: TestVector) {
        let whole = Transcript(vector.direction, whole: vector.stream)
        #expect(Transcript(vector.direction, vector.stream, cuts: Array(0..<vector.stream.count)) == whole)
    }

    @Test("Only where the vector says so does the error wait for the end of the body", arguments: TestVector.errors)
    func errorsAtTheEnd(_ vector: TestVector) {
        switch vector.direction {
        case .up:
            var decoder = UpFrameDecoder()
            var recorder = UpRecorder()
            expectFailure(vector.stream.withUnsafeBytes { decoder.decode($0, into: &recorder) }, of: vector)
        case .down:
            var decoder = DownFrameDecoder()
            var recorder = DownRecorder()
            expectFailure(vector.stream.withUnsafeBytes { decoder.decode($0, into: &recorder) }, of: vector)
        }
    }

    private func expectFailure(_ result: DecodeResult, of vector: TestVector) {
        if case .failed = result {
            #expect(!vector.failsAtEnd)
        } else {
            #expect(vector.failsAtEnd)
        }
    }

    @Test("After each part exactly the frames of the vector are known", arguments: TestVector.splits)
    func parts(_ vector: TestVector) {
        var up = UpFrameDecoder()
        var down = DownFrameDecoder()
        var upRecorder = UpRecorder(reportsPieces: true)
        var downRecorder = DownRecorder()
        var last = DecodeResult.ok
        for part in vector.parts {
            #expect(last == .ok)
            switch vector.direction {
            case .up:
                last = part.bytes.withUnsafeBytes { up.decode($0, into: &upRecorder) }
                #expect(upRecorder.take() == part.events)
            case .down:
                last = part.bytes.withUnsafeBytes { down.decode($0, into: &downRecorder) }
                #expect(downRecorder.take() == part.events)
            }
        }
        guard let error = vector.error else { return #expect(last == .ok) }
        #expect(last == .failed(ProtocolError(ErrorCode(rawValue: error.code), sequence: error.sequence, "")))
    }

    @Test(
        "Exchanges mean what they say, all bodies from beginning to end",
        .tags(.unit009, .unit010),
        arguments: [TestVector.exchange, TestVector.batch, TestVector.resumption]
    )
    func exchanges(_ file: [TestVector]) {
        for (direction, number) in Set(file.map(\.number)).flatMap({ [(TestVector.Direction.up, $0), (.down, $0)] }) {
            let steps = file.filter { $0.direction == direction && $0.number == number }
            let transcript = Transcript(direction, whole: steps.flatMap(\.stream))
            #expect(!steps.isEmpty)
            #expect(transcript.events == steps.flatMap(\.events))
            #expect(transcript.error == nil)
        }
    }

    @Test("Integers read and write as their vectors say", arguments: TestVector.file("integers").vectors)
    func integers(_ vector: Value) throws {
        let encoded = bytes(hex: try #require(vector["hex"]?.text))
        let decoded = encoded.withUnsafeBytes { VariableInteger.decode($0) }
        if vector["incomplete"]?.isTrue ?? false {
            #expect(decoded == .incomplete)
        } else if vector["tooLong"]?.isTrue ?? false {
            #expect(decoded == .tooLong)
        } else {
            let value = try #require(vector["value"]?.integer)
            #expect(decoded == .value(value, length: encoded.count))
            if vector["canonical"] != .bool(false) {
                #expect(VariableInteger.length(of: value) == encoded.count)
                #expect(written { $0.append(variable: value) } == encoded)
            }
        }
    }
}
