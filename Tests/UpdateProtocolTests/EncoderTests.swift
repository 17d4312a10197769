import Bytes
import Testing
import UpdateProtocol

@Suite("Encoders")
struct EncoderTests {
    @Test(
        "Each frame is written in the bytes of its vector",
        .tags(.unit009, .unit010),
        arguments: (TestVector.up + TestVector.down).filter(\.isCanonical)
    )
    func canonical(_ vector: TestVector) {
        let encoded = written { buffer in
            for frame in vector.frames {
                let isKnown = buffer.append(frame, direction: vector.direction)
                #expect(isKnown, "\(frame)")
            }
        }
        #expect(hex(encoded) == hex(vector.stream.dropFirst(vector.preludeLength)))
    }

    @Test("The exchange is written as it stands, but for what no encoder would send")
    func exchange() {
        for step in TestVector.exchange where !step.frames.contains(where: { $0["frame"] == .text("malformed") }) {
            let encoded = written { buffer in
                for frame in step.frames { _ = buffer.append(frame, direction: step.direction) }
            }
            #expect(hex(encoded) == hex(step.stream))
        }
    }

    @Test("Text above its limit is cut before the character that crosses it")
    func clipping() throws {
        let note = String(repeating: "x", count: UpdateLimits.maximumNote - 1) + "é"
        let stream = written {
            $0.appendHello()
            $0.appendUpdate(handle: 1, note: note)
            $0.appendFail(handle: 1, text: String(repeating: "€", count: 2_000))
        }
        let events = Transcript(.up, whole: stream).events
        #expect(events[1]["note"] == .text(String(note.dropLast())))
        #expect(events[2]["text"] == .text(String(repeating: "€", count: 341)))
    }

    @Test("What a server says is never too long for a worker, whatever a client of the bridge wrote")
    func clippingDown() {
        let long = String(repeating: "ü", count: 5_000)
        let stream = written {
            $0.appendWelcome(WelcomeFrame(isEphemeral: true, epoch: 1, heartbeatInterval: 0, boot: 0))
            $0.appendCancel(handle: 1, reason: long)
            $0.appendRefusal(sequence: 1, reason: .malformed, detail: long)
            $0.appendError(.internalError, text: long)
        }
        let transcript = Transcript(.down, whole: stream)
        #expect(transcript.error == nil)
        #expect(transcript.events.count == 4)
        #expect(transcript.events[1]["reason"] == .text(String(repeating: "ü", count: 512)))
    }

    @Test("The reason of every error fits into the frame that reports it")
    func reasons() {
        for vector in TestVector.errors {
            guard let error = Transcript(vector.direction, whole: vector.stream).error else { continue }
            #expect(error.reason.utf8CodeUnitCount <= UpdateLimits.maximumDetail)
            let frame = written { $0.appendError(error) }
            let event = Transcript(.down, whole: frame).events.first
            #expect(event?["code"] == .integer(error.code.rawValue))
            #expect(event?["text"] == .text("\(error.reason)"))
        }
    }

    @Test("An update of one of a million jobs takes at most six bytes, an entry of a run three or two", .tags(.unit010))
    func sizes() {
        #expect(written { $0.appendProgress(handle: 1_048_575, basisPoints: 10_000) }.count == 6)
        #expect(written { $0.appendProgress(handle: 9_999, basisPoints: 10_000) }.count == 5)
        #expect(written { $0.appendProgress(handle: 127, basisPoints: 10_000) }.count == 4)
        #expect(written { $0.appendRunEntry(delta: 100, basisPoints: 10_000) }.count == 3)
        let dense = written { $0.appendDenseRun(first: 0, basisPoints: Array(repeating: 10_000, count: 1_000)) }
        #expect(dense.count == 2_004)
    }
}
