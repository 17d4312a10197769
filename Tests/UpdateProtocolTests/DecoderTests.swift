import Bytes
import Testing
import UpdateProtocol

@Suite("Decoders")
struct DecoderTests {
    @Test(
        "A handler may stop after each frame, and the rest means the same",
        .tags(.unit010),
        arguments: TestVector.streams
    )
    func stopping(_ vector: TestVector) {
        let whole = Transcript(vector.direction, whole: vector.stream)
        var up = UpFrameDecoder()
        var down = DownFrameDecoder()
        var upRecorder = UpRecorder(stopsAlways: true)
        var downRecorder = DownRecorder(stopsAlways: true)
        var offset = 0
        var calls = 0
        while true {
            let rest = vector.stream[offset...]
            let result = rest.withUnsafeBytes { bytes in
                vector.direction == .up ? up.decode(bytes, into: &upRecorder) : down.decode(bytes, into: &downRecorder)
            }
            calls += 1
            guard case .stopped(let consumed) = result else { break }
            #expect(consumed > 0)
            #expect(upRecorder.events.count + downRecorder.events.count <= calls)
            offset += consumed
        }
        #expect(upRecorder.events + downRecorder.events == whole.events)
    }

    @Test("A failed stream stays failed, and its handler hears no more")
    func failureIsFinal() {
        var decoder = UpFrameDecoder()
        var recorder = UpRecorder()
        let stream = written {
            $0.appendHello()
            $0.append(0x1F)
        }
        let more = written { $0.appendFlush() }
        let failure = DecodeResult.failed(ProtocolError(.unsupportedFrame, sequence: 1, ""))
        #expect(stream.withUnsafeBytes { decoder.decode($0, into: &recorder) } == failure)
        for _ in 0..<3 {
            #expect(more.withUnsafeBytes { decoder.decode($0, into: &recorder) } == failure)
        }
        #expect([].withUnsafeBytes { decoder.decode($0, into: &recorder) } == failure)
        #expect(recorder.events.count == 1)
        #expect(decoder.finish()?.code == .unsupportedFrame)
    }

    @Test("Sequence numbers start where hello says, and every item takes one", .tags(.unit010))
    func sequence() {
        var decoder = UpFrameDecoder()
        var recorder = UpRecorder()
        #expect(decoder.nextSequence == 0)
        let stream = written {
            $0.appendHello(firstSequence: 500)
            $0.appendProgress(handle: 1, basisPoints: 2)
            $0.appendRun([(1, 1), (2, 2), (3, 3)])
            $0.appendDenseRun(first: 7, basisPoints: [1, 2])
            $0.appendUpdate(handle: 1, note: "\u{0}")
            $0.appendFlush()
        }
        #expect(stream.withUnsafeBytes { decoder.decode($0, into: &recorder) } == .ok)
        #expect(decoder.nextSequence == 508)
        #expect(recorder.events.last?["sequence"] == .number(507))
    }

    @Test("Integers of every length in reports of progress read the same in a batch as byte by byte", .tags(.unit010))
    func lengths() {
        let handles: [UInt64] = [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_456, 0xFFFF_FFFF]
        let values: [UInt64] = [0, 1, 127, 128, 9_999, 10_000, 10_001, 16_384]
        let stream = written { buffer in
            buffer.appendHello()
            for handle in handles {
                for value in values {
                    buffer.append(0x81)
                    buffer.append(variable: handle)
                    buffer.append(variable: value)
                    // In a run of its own, so that every handle is the distance from 0; twice, the second time with a
                    // progress that is longer than it has to be.
                    for padding in [false, true] {
                        buffer.appendRun(count: 2)
                        buffer.append(variable: handle)
                        if padding, value < 128 {
                            buffer.append(UInt8(value) | 0x80)
                            buffer.append(0)
                        } else {
                            buffer.append(variable: value)
                        }
                        buffer.append(variable: 0)
                        buffer.append(variable: 7)
                    }
                }
            }
        }
        let whole = Transcript(.up, whole: stream)
        #expect(whole.error == nil)
        #expect(whole == Transcript(.up, stream, cuts: Array(1..<stream.count)))
        let taken = whole.events.compactMap { $0["progress"]?.integer }
        // Three reports of each pair of valid integers, one of the second entry of each run, and no others.
        #expect(taken.count == handles.count * (3 * 6 + 2 * values.count))
    }

    @Test("A frame of the largest size passes, whole and in pieces; one byte more does not")
    func largestFrame() {
        let limits = UpdateLimits()
        for excess in [0, 1] {
            let bytes = [UInt8](repeating: 0x5A, count: limits.maximumFrame - 1 + excess)
            let stream = written { buffer in
                buffer.appendHello()
                bytes.withUnsafeBytes { buffer.appendResultBytes(transfer: 1, $0) }
                buffer.appendFlush()
            }
            let transcript = Transcript(.up, whole: stream)
            #expect(transcript.error?.code == (excess == 0 ? nil : .frameTooLong))
            #expect(transcript == Transcript(.up, stream, cuts: [8, 9, 1_000, 40_000]))
        }
    }

    @Test("An update that announces more text than a frame may hold fails, and is not waited for")
    func endlessUpdate() {
        let limits = UpdateLimits(maximumFrame: 16_384)
        var decoder = UpFrameDecoder(limits: limits)
        var recorder = UpRecorder()
        let start = written { buffer in
            buffer.appendHello()
            buffer.append(0x90)
            buffer.append(variable: 1)
            buffer.append(variable: VariableInteger.maximum)
        }
        #expect(start.withUnsafeBytes { decoder.decode($0, into: &recorder) } == .ok)
        let more = [UInt8](repeating: 0x61, count: 1_000)
        var fed = start.count
        while case .ok = more.withUnsafeBytes({ decoder.decode($0, into: &recorder) }), fed < 100_000 {
            fed += more.count
        }
        #expect(decoder.finish() == ProtocolError(.frameTooLong, sequence: 1, ""))
        #expect(fed <= limits.maximumFrame + more.count)
    }

    @Test("A stream whose numbers start as high as they may can still be acknowledged for ever")
    func highestSequence() {
        let stream = written { buffer in
            buffer.appendHello(firstSequence: UpdateLimits.maximumFirstSequence)
            buffer.appendDenseRun(first: 0, basisPoints: [1, 2, 3])
        }
        let last = Transcript(.up, whole: stream).events.last?["sequence"]?.integer ?? 0
        #expect(last == UpdateLimits.maximumFirstSequence + 2)
        #expect(VariableInteger.maximum - last > 1 << 61)
    }

    @Test("Limits below what every receiver accepts are raised to it")
    func lowLimits() {
        let limits = UpdateLimits(maximumFrame: 1, maximumHandles: 0, maximumText: -5)
        #expect(limits == .assumed)
    }
}
