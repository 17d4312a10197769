import Foundation
import Testing

/// What the house rules ask of every source file and a machine can see.
@Suite("The sources are tidy")
struct TidyTests {
    @Test("Every target has its floor")
    func targets() {
        #expect(Set(SourceTree.files.map(\.target)).isSubset(of: SourceTree.floors.keys))
        #expect(SourceTree.files.count > 100, "the sources were not found")
    }

    @Test("A target imports only from floors below it")
    func arrows() {
        for file in SourceTree.files {
            for (line, module) in file.imports {
                guard let below = SourceTree.floors[module], let own = SourceTree.floors[file.target] else { continue }
                #expect(below < own, "\(file.path):\(line) imports \(module)")
            }
        }
    }

    @Test("The cores know no Foundation, sockets or clocks")
    func purity() {
        let io = ["Foundation", "FoundationEssentials", "NIOCore", "NIOPosix", "Dispatch"]
        for file in SourceTree.files where (SourceTree.floors[file.target] ?? 0) <= 2 {
            for (line, module) in file.imports {
                #expect(!io.contains(module), "\(file.path):\(line) imports \(module)")
            }
            for (number, line) in file.lines.enumerated() where (SourceTree.floors[file.target] ?? 0) <= 1 {
                for call in ["clock_gettime", "ContinuousClock", "SuspendingClock", "Date()", "socket("] {
                    #expect(!line.contains(call), "\(file.path):\(number + 1) uses \(call)")
                }
            }
        }
    }

    @Test("The server is free of Foundation")
    func serverWithoutFoundation() {
        for file in SourceTree.files where ["StatusServer", "WorkerClient"].contains(file.target) {
            #expect(!file.imports.contains { $0.module.hasPrefix("Foundation") }, "\(file.path)")
        }
    }

    @Test("No file is longer than 400 lines, and no line than 120 characters")
    func lengths() {
        for file in SourceTree.files {
            #expect(file.lines.count <= 400, "\(file.path) has \(file.lines.count) lines")
            // The formatter's lint passes over comments.
            for (number, line) in file.lines.enumerated() {
                #expect(line.count <= 120, "\(file.path):\(number + 1) has \(line.count) characters")
            }
        }
    }

    @Test("Whatever is promised to the compiler has its reason above it")
    func promises() {
        for file in SourceTree.files {
            for (number, line) in file.lines.enumerated() {
                let code = line.trimmingCharacters(in: .whitespaces)
                guard !code.hasPrefix("//") else { continue }
                for promise in ["@unchecked Sendable", "nonisolated(unsafe)"] where code.contains(promise) {
                    let above = file.lines[max(0, number - 3)..<number]
                    #expect(above.contains { $0.contains("//") }, "\(file.path):\(number + 1) has no reason")
                }
            }
        }
    }

    /// Where C hands back no memory; Swift's own allocations trap there as well, and nothing could go on.
    private static let mayRunOutOfMemory: Set = [
        "HTTP2/HTTP2Session+Handle.swift", "StatusCore/Memory/AddressSpace.swift",
    ]

    private static let leftovers = [
        #"\bTODO\b"#, #"\bFIXME\b"#, #"\bXXX\b"#, #"(^|[^.\w])try!"#, "not (yet )?implemented",
    ]

    @Test("Nothing unfinished or forgotten stands in the sources")
    func leftovers() {
        for file in SourceTree.files {
            for (number, line) in file.lines.enumerated() {
                for word in Self.leftovers {
                    #expect(
                        line.range(of: word, options: .regularExpression) == nil,
                        "\(file.path):\(number + 1): \(line)"
                    )
                }
                if line.contains("fatalError(") {
                    #expect(Self.mayRunOutOfMemory.contains(file.path), "\(file.path):\(number + 1) traps")
                }
                let code = line.trimmingCharacters(in: .whitespaces)
                #expect(!code.hasPrefix("print("), "\(file.path):\(number + 1) prints")
            }
        }
    }

    @Test("The top level holds what it should and nothing else")
    func topLevel() throws {
        let allowed: Set = ["Package.swift", "Sources", "Tests", "Benchmarks", "spec", "README.md", "Package.resolved"]
        let found = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
        let strangers = found.filter { !$0.hasPrefix(".") && !allowed.contains($0) }
        #expect(strangers == [])
    }
}
