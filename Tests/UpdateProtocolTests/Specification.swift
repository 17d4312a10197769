import Foundation

/// What the tables of `spec/update-protocol.md` promise, read out of its text.
struct Specification: Sendable {
    /// A row of a table of fields.
    struct Field: Sendable, Hashable {
        let frame: String
        let name: String
        /// The column `type`, as it stands there.
        let type: String
        /// The whole row, for the flags and values that it names.
        let row: String
    }

    /// The frames of section 4, by direction; `update` is one of them.
    var frames: [TestVector.Direction: [(type: UInt8, name: String)]] = [.up: [], .down: []]
    /// The fields of the frames of sections 6 and 7, but of update and runs, which have no table.
    var fields: [TestVector.Direction: [Field]] = [.up: [], .down: []]
    /// The refusal reasons of section 11.1, and the error codes of section 11.2.
    var reasons: [UInt64] = []
    var errorCodes: [UInt64] = []
    /// The bytes of the hex listings of section 17, by the number of its example, in the order of the steps.
    var examples: [[(direction: TestVector.Direction, bytes: [UInt8])]] = []

    static let current: Specification = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../spec/update-protocol.md")
        do {
            return Specification(try String(contentsOf: root, encoding: .utf8))
        } catch {
            preconditionFailure("spec/update-protocol.md: \(error)")
        }
    }()

    init(_ text: String) {
        var section = ""
        var subsection = ""
        var isInListing = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") { isInListing.toggle() }
            if isInListing {
                if section.hasPrefix("17 ") { readListing(line) }
            } else if line.hasPrefix("## ") {
                (section, subsection) = (String(line.dropFirst(3)), "")
            } else if line.hasPrefix("### ") {
                subsection = String(line.dropFirst(4))
                if section.hasPrefix("17 ") { examples.append([]) }
            } else if section.hasPrefix("17 "), line.hasPrefix("**"), let direction = Self.direction(of: line) {
                if examples.isEmpty { examples.append([]) }
                examples[examples.count - 1].append((direction, []))
            } else if line.hasPrefix("|") {
                readRow(line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }, section, subsection)
            }
        }
    }

    private static func direction(of step: String) -> TestVector.Direction? {
        if step.contains(" Up.") { .up } else if step.contains(" Down.") { .down } else { nil }
    }

    private mutating func readRow(_ cells: [String], _ section: String, _ subsection: String) {
        guard let first = cells.first, !first.hasPrefix("-") else { return }
        if section.hasPrefix("4 ") {
            for (direction, offset) in [(TestVector.Direction.up, 0), (.down, 2)] where cells.count > offset + 1 {
                let digits = String(cells[offset].filter(\.isHexDigit).suffix(2))
                guard cells[offset].hasPrefix("`0x"), let type = UInt8(digits, radix: 16),
                    let name = Self.linked(cells[offset + 1])
                else { continue }
                // The range of the updates is one row.
                frames[direction]?.append((cells[offset].contains("–") ? 0x80 : type, name))
            }
        } else if section.hasPrefix("6 ") || section.hasPrefix("7 "), first != "field", cells.count >= 3 {
            let direction = section.hasPrefix("6 ") ? TestVector.Direction.up : .down
            let heading = subsection.drop { $0 != " " }.dropFirst().prefix { $0 != "(" }
            for frame in heading.split(separator: ",") {
                fields[direction]?.append(
                    Field(
                        frame: frame.trimmingCharacters(in: .whitespaces),
                        name: first,
                        type: cells[1],
                        row: cells.joined(separator: " | ")
                    )
                )
            }
        } else if let number = UInt64(first) {
            if subsection.hasPrefix("11.1 ") { reasons.append(number) }
            if subsection.hasPrefix("11.2 ") { errorCodes.append(number) }
        }
    }

    /// `name` of `[name](#anchor)`.
    private static func linked(_ cell: String) -> String? {
        guard cell.hasPrefix("["), let end = cell.firstIndex(of: "]") else { return nil }
        return String(cell[cell.index(after: cell.startIndex)..<end])
    }

    /// A line of a listing: bytes, then words.
    private mutating func readListing(_ line: String) {
        let bytes = line.split(separator: " ").prefix { $0.count == 2 && $0.allSatisfy(Self.isLowerHex) }
        guard let example = examples.indices.last, let step = examples[example].indices.last else { return }
        examples[example][step].bytes += bytes.compactMap { UInt8(String($0), radix: 16) }
    }

    private static func isLowerHex(_ character: Character) -> Bool {
        character.isHexDigit && !character.isUppercase
    }
}
