import Foundation

/// The Swift sources of this repository, as text.
struct SourceTree {
    struct File: Sendable {
        /// The target that it belongs to.
        let target: String
        /// Relative to `Sources`.
        let path: String
        let lines: [String]
    }

    /// The floors of the house: a target may import only targets of lower floors.
    static let floors: [String: Int] = [
        "Bytes": 0, "CEpoll": 0, "CMachine": 0, "CNghttp2": 0, "CSQLite": 0, "CSpawn": 0, "CZlib": 0,
        "StatusCore": 1, "UpdateProtocol": 1, "HTTP1": 1, "HTTP2": 1, "JSON": 1, "Deflate": 1,
        "JobStore": 2, "ResultStore": 2,
        "LoadGenerator": 3, "StatusServer": 3, "WorkerClient": 3,
        "telltale": 4,
    ]

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    static let files: [File] = {
        let sources = root.appendingPathComponent("Sources")
        let names = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            guard let text = try? String(contentsOf: sources.appendingPathComponent(name), encoding: .utf8) else {
                return nil
            }
            return File(
                target: String(name.prefix { $0 != "/" }),
                path: name,
                lines: text.components(separatedBy: "\n")
            )
        }
    }()
}

extension SourceTree.File {
    /// The modules that the file imports, with the line number of each.
    var imports: [(line: Int, module: String)] {
        lines.enumerated().compactMap { number, line in
            var words = line.split(separator: " ").map(String.init)
            while let first = words.first, first.hasPrefix("@") || Self.accessLevels.contains(first) {
                words.removeFirst()
            }
            guard words.count >= 2, words[0] == "import" else { return nil }
            return (number + 1, words[1])
        }
    }

    private static let accessLevels: Set = ["public", "package", "internal", "fileprivate", "private"]
}
