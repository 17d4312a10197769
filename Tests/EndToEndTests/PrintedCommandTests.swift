import Foundation
import Testing

/// What a new user copies from the documents works as it is printed.
@Suite("Printed commands")
struct PrintedCommandTests {
    @Test("The commands beside each operation of the OpenAPI file work on a fresh server")
    func samples() async throws {
        let samples = try OpenAPIFile().samples
        #expect(samples.count > 10)
        for sample in samples {
            #expect(!sample.lines.isEmpty, "\(sample.operation)")
            #expect(sample.lines.allSatisfy { $0.hasPrefix("curl ") }, "\(sample.operation)")
        }
        let operations = Set(samples.map(\.operation))
        for (path, item) in try OpenAPIFile().paths where path != "/v1/updates" {
            for method in item.keys where method != "parameters" {
                #expect(operations.contains("\(method.uppercased()) \(path)"), "no command shows \(method) \(path)")
            }
        }
        try await Server.with { server in
            for sample in samples {
                let commands = try PrintedCommands(server)
                for line in sample.lines { try await commands.run(line) }
            }
        }
    }

    @Test("The commands of the README work in their order")
    func readme() async throws {
        let text = try String(contentsOf: Repository.root.appendingPathComponent("README.md"), encoding: .utf8)
        let start = try #require(text.range(of: "\n## Use it\n"))
        let rest = text[start.upperBound...]
        let end = try #require(rest.range(of: "\n## "))
        let blocks = rest[..<end.lowerBound].matches(of: /```sh\n([\s\S]*?)```/).map { String($0.1) }
        let lines = blocks.joined().split(separator: "\n").map(String.init)
        let commands = lines.filter { !$0.hasPrefix("swift build ") && !$0.hasPrefix("telltale serve ") }
        #expect(lines.count - commands.count == 2)
        #expect(commands.filter { $0.contains("curl ") }.count >= 8)
        try await Server.with { server in
            let printed = try PrintedCommands(server)
            for line in commands { try await printed.run(line) }
        }
    }
}
