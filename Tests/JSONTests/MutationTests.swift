import JSON
import Testing

@Suite("Random documents and their mutations")
struct MutationTests {
    private static let depth = 6

    @Test("The validator and a plain reading of the RFC agree", arguments: 1...16 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<250 {
            var bytes = Array(document(depth: Int.random(in: 0...6, using: &generator), &generator).utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) { mutate(&bytes, &generator) }
            let expected = ReferenceValidator.accepts(bytes, maximumDepth: Self.depth)
            let failure = verdict(on: bytes, maximumDepth: Self.depth)
            #expect((failure == nil) == expected, "seed \(seed), round \(round): \(String(describing: bytes))")
            let length = Int.random(in: 1...12, using: &generator)
            #expect(verdict(on: bytes, pieceLength: length, maximumDepth: Self.depth) == failure, "seed \(seed)")
            // What a value is read from, the validator passes; the reverse has two exceptions.
            switch Result(catching: { () throws(JSONFailure) in try JSONValue(parsing: bytes, maximumDepth: Self.depth)
            })
            {
            case .success: #expect(expected, "seed \(seed), round \(round)")
            case .failure(let refusal):
                let isStricter = refusal.reason == .duplicateKey || refusal.reason == .loneSurrogate
                #expect(!expected || isStricter, "seed \(seed), round \(round)")
            }
        }
    }

    @Test("Compacting keeps the value and leaves no whitespace between tokens", arguments: 1...4 as ClosedRange<UInt64>)
    func compacts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let text = document(depth: 5, &generator)
            let bytes = Array(text.utf8)
            let length = Int.random(in: 1...9, using: &generator)
            let compact = Array(
                written { output in
                    var compactor = JSONCompactor()
                    var rest = bytes[...]
                    while !rest.isEmpty {
                        Array(rest.prefix(length)).withUnsafeBytes { compactor.append($0, to: &output) }
                        rest = rest.dropFirst(length)
                    }
                }.utf8
            )
            #expect(verdict(on: compact) == nil)
            #expect(
                compact
                    == written { output in bytes.withUnsafeBytes { JSONCompactor.append($0, to: &output) } }.utf8.map(
                        \.self
                    )
            )
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(try JSONValue(parsing: compact) == value)
            #expect(compact.count <= bytes.count)
        }
    }

    private func document(depth: Int, _ generator: inout SeededGenerator) -> String {
        let spaces = ["", "", "", " ", "\n", "\t ", "          "]
        func space() -> String { spaces.randomElement(using: &generator)! }
        func text() -> String {
            let pieces = [
                "", "a", "key", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\ud800", "é", "€", "😀", "\\\"",
                "longer than eight bytes", " ",
            ]
            let count = Int.random(in: 0...4, using: &generator)
            return "\"" + (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined() + "\""
        }
        let before = space()
        let after = space()
        let scalars = ["null", "true", "false", "0", "-1", "12.75", "1e5", "-0.5E-3", text(), text()]
        guard depth > 0, Bool.random(using: &generator) else {
            return before + scalars.randomElement(using: &generator)! + after
        }
        let isObject = Bool.random(using: &generator)
        let items = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            (isObject ? space() + text() + space() + ":" : "") + document(depth: depth - 1, &generator)
        }
        let inside = items.isEmpty ? space() : items.joined(separator: ",")
        return before + (isObject ? "{\(inside)}" : "[\(inside)]") + after
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.remove(at: position)
        case 1: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.insert(Array("\"\\{}[],:0e.-tfnu \u{1}".utf8).randomElement(using: &generator)!, at: position)
        case 3: bytes.removeSubrange(position...)
        case 4: bytes.insert(bytes[position], at: position)
        default: bytes.swapAt(position, Int.random(in: 0..<bytes.count, using: &generator))
        }
    }
}
