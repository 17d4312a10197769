import Foundation
import HTTP1
import Testing

@testable import StatusServer

/// `spec/openapi.yaml` against the router, both ways.
@Suite("The OpenAPI file", .tags(.unit005, .int008))
struct OpenAPITests {
    let file: OpenAPIDocument

    init() throws {
        file = try OpenAPIDocument()
    }

    @Test("Every path leads to a route, every route has one path")
    func routes() throws {
        let routes = try file.paths.map { try #require(RouteName(path: $0), "\($0) leads nowhere") }
        #expect(Set(routes) == Set(RouteName.allCases))
        #expect(routes.count == RouteName.allCases.count)
    }

    @Test("A route knows the methods of the file, and refuses every other with what it knows")
    func methods() throws {
        let server = try Harness()
        for path in file.paths {
            var known = file.methods(of: path)
            if known.contains("GET") { known.insert("HEAD") }
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] {
                let reply = try server.send("\(method) \(path.replacing("{taskId}", with: "a"))")
                #expect((reply.status != 405) == known.contains(method), "\(method) \(path): \(reply.status)")
                guard reply.status == 405 else { continue }
                let allowed = try #require(reply["Allow"]).split(separator: ", ").map(String.init)
                #expect(Set(allowed) == known, "\(path)")
            }
        }
    }

    @Test("Every status of the file can be had, and no other comes")
    func statuses() throws {
        var scenarios = try OpenAPIScenarios(file)
        try scenarios.run()
        for operation in file.operations {
            let seen = scenarios.seen[operation.name] ?? []
            let described = try file.statuses(operation)
            #expect(AnyRequest.statuses.isSubset(of: described), "\(operation.name)")
            #expect(seen.isSubset(of: described), "\(operation.name) answers with \(seen.subtracting(described))")
            let unseen = described.subtracting(seen).subtracting(AnyRequest.statuses)
            #expect(unseen.isEmpty, "\(operation.name) never answers with \(unseen)")
        }
        let schemas = try #require((file.root["components"] as? OpenAPIDocument.Object)?["schemas"])
        let status = try file.resolved(file.resolved(schemas)["Status"])
        let keys = try #require(status["properties"] as? OpenAPIDocument.Object).keys
        #expect(Set(keys).subtracting(scenarios.statusKeys).isEmpty, "keys that no status body has")
    }

    @Test("Every error of the server is an example in the file, word for word, and the reverse")
    func errors() throws {
        var described: [String: String] = [:]
        let components = try #require(file.root["components"] as? OpenAPIDocument.Object)
        let responses = try #require(components["responses"] as? OpenAPIDocument.Object)
        for operation in file.operations {
            for status in try file.statuses(operation) {
                let response = try #require(try file.response(operation, status))
                described.merge(try errors(status, response)) { $1 }
            }
        }
        // What needs no operation to be answered with.
        described.merge(try errors(405, file.resolved(responses["MethodNotAllowed"]))) { $1 }

        var known: [String: String] = [:]
        for failure in RequestFailure.allCases { known["\(failure.status) \(failure.code)"] = failure.text.description }
        known["408 requestTimeout"] = "The request did not arrive in time"
        known.merge(try catalogue()) { $1 }

        #expect(Set(described.keys).subtracting(known.keys).isEmpty)
        #expect(Set(known.keys).subtracting(described.keys).isEmpty)
        for (error, text) in known { #expect(described[error] == text, "\(error)") }
    }

    @Test("The examples of the file are what its schemas say")
    func examples() throws {
        var count = 0
        for operation in file.operations {
            for status in try file.statuses(operation) {
                let response = try #require(try file.response(operation, status))
                for (_, media) in response["content"] as? OpenAPIDocument.Object ?? [:] {
                    let media = try file.resolved(media)
                    for (name, example) in media["examples"] as? OpenAPIDocument.Object ?? [:] {
                        let value = OpenAPIDocument.numbersAsDoubles(try file.resolved(example)["value"] as Any)
                        let objections = try file.objections(to: value, media["schema"])
                        #expect(objections.isEmpty, "\(operation.name) \(status) \(name)")
                        count += 1
                    }
                }
            }
        }
        #expect(count > 100)
    }

    /// `<status> <code>` and the text of the examples of one response.
    private func errors(_ status: Int, _ response: OpenAPIDocument.Object) throws -> [String: String] {
        guard status >= 400 else { return [:] }
        let content = try #require(response["content"] as? OpenAPIDocument.Object)
        let media = try file.resolved(content["application/json"])
        var found: [String: String] = [:]
        for (_, example) in try #require(media["examples"] as? OpenAPIDocument.Object) {
            let value = try #require(try file.resolved(example)["value"] as? OpenAPIDocument.Object)
            let code = try #require(value["code"] as? String)
            found["\(status) \(code)"] = try #require(value["error"] as? String)
        }
        return found
    }

    /// The errors that the server's source names: most of them need the source, because nothing lists them.
    private func catalogue() throws -> [String: String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let folder = root.appendingPathComponent("Sources/StatusServer")
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        let pattern = /ErrorAnswer\(\s*(\d+),\s*"(\w+)",\s*"([^"]+)"/
        var found: [(String, String)] = []
        for name in names where name.hasSuffix(".swift") {
            let source = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            found += source.matches(of: pattern).map { ("\($0.1) \($0.2)", String($0.3)) }
        }
        #expect(found.count > 20, "errors are written in another way than this test reads them")
        return Dictionary(found) { $1 }
    }
}

extension OpenAPIDocument {
    /// YAML tells whole numbers from others, JSON as Foundation reads it does not.
    static func numbersAsDoubles(_ value: Any) -> Any {
        switch value {
        case let number as Int: Double(number)
        case let object as Object: object.mapValues { numbersAsDoubles($0) }
        case let array as [Any]: array.map { numbersAsDoubles($0) }
        default: value
        }
    }
}
