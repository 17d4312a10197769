import Bytes
import Testing
import UpdateProtocol

@Suite("Encode, then decode")
struct RoundTripTests {
    @Test("Random frames up come back as they went in", .tags(.unit009, .unit010), arguments: [UInt64](1...4))
    func up(seed: UInt64) {
        var random = FrameSource(seed: seed)
        var frames = [random.hello()]
        var sequence: UInt64 = 1
        for _ in 0..<500 {
            let frame = random.upFrame(sequence: sequence)
            sequence += UInt64(frame.events.count)
            frames.append(frame)
        }
        expectRoundTrip(frames, .up, seed: seed, random: &random)
    }

    @Test("Random frames down come back as they went in", arguments: [UInt64](1...4))
    func down(seed: UInt64) {
        var random = FrameSource(seed: seed)
        let frames = [random.welcome()] + (0..<500).map { _ in random.downFrame() }
        expectRoundTrip(frames, .down, seed: seed, random: &random)
    }

    private func expectRoundTrip(
        _ frames: [Value],
        _ direction: TestVector.Direction,
        seed: UInt64,
        random: inout FrameSource
    ) {
        let stream = written { buffer in
            for frame in frames {
                let isKnown = buffer.append(frame, direction: direction)
                #expect(isKnown, "\(frame)")
            }
        }
        let cuts = (0..<200).map { _ in random.number(below: UInt64(stream.count)) }.map { Int($0) }.sorted()
        let transcript = Transcript(direction, stream, cuts: cuts)
        #expect(transcript.error == nil)
        let expected = frames.flatMap(\.events)
        #expect(transcript.events.count == expected.count)
        for (index, pair) in zip(transcript.events, expected).enumerated() where pair.0 != pair.1 {
            Issue.record("seed \(seed), frame \(index): \(pair.1) came back as \(pair.0)")
            return
        }
    }
}
