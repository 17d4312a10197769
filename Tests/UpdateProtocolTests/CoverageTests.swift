import Testing

@Suite("What the test vectors show of the specification")
struct CoverageTests {
    private static let all = TestVector.streams + TestVector.exchange + TestVector.batch + TestVector.resumption

    @Test("The tables of the specification are read whole")
    func tables() {
        let specification = Specification.current
        #expect(specification.frames[.up]?.count == 16)
        #expect(specification.frames[.down]?.count == 9)
        #expect(specification.reasons == Array(1...9))
        #expect(specification.errorCodes == Array(1...12))
        let framesWithFields = Set((specification.fields.values.joined()).map(\.frame))
        #expect(framesWithFields.count == 12 + 9 - 1, "goodbye is one name in both directions")
    }

    @Test("Every frame, field, bound, refusal reason and error code is in a vector", .tags(.unit010))
    func complete() {
        #expect(Coverage(specification: .current, vectors: Self.all).gaps == [])
    }

    @Test("A frame without a vector shows", arguments: TestVector.Direction.allCases)
    func missingFrames(_ direction: TestVector.Direction) {
        for (_, name) in Specification.current.frames[direction] ?? [] {
            let rest = Self.all.filter { vector in
                vector.direction != direction || !vector.frames.contains { $0["frame"]?.text == name }
            }
            #expect(Coverage(specification: .current, vectors: rest).gaps.contains("no \(name) \(direction)"))
        }
    }

    @Test("A refusal reason or an error code without a vector shows")
    func missingNumbers() {
        for (frame, key, numbers) in [
            ("refusal", "reason", Specification.current.reasons), ("error", "code", Specification.current.errorCodes),
        ] {
            for number in numbers {
                let rest = Self.all.filter { vector in
                    !vector.frames.contains { $0["frame"]?.text == frame && $0[key]?.integer == number }
                }
                let gaps = Coverage(specification: .current, vectors: rest).gaps
                #expect(gaps.contains("no \(frame) with \(key) \(number)"))
            }
        }
    }

    @Test("A bound whose refusal has no vector shows", arguments: TestVector.refusals + TestVector.errors)
    func missingBounds(_ vector: TestVector) {
        guard vector.name.contains(/(out of range|of [0-9,]+ bytes)$/) else { return }
        let rest = Self.all.filter { $0.name != vector.name }
        let name = vector.name.hasPrefix("down: ") ? String(vector.name.dropFirst(6)) : vector.name
        #expect(Coverage(specification: .current, vectors: rest).gaps == ["no \(name)"])
    }

    @Test("The examples of section 17 are the bytes of their files")
    func examples() {
        let examples = Specification.current.examples
        let files = [TestVector.exchange, TestVector.resumption]
        #expect(examples.count == files.count)
        for (example, file) in zip(examples, files) {
            #expect(example.map(\.direction) == file.map(\.direction))
            for (step, vector) in zip(example, file) {
                #expect(step.bytes == vector.stream, "\(vector.name)")
            }
        }
    }
}
