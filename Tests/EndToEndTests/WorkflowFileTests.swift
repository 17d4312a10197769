import Foundation
import Testing

/// The n8n workflows of `spec/n8n`, as files.
@Suite("n8n workflow files")
struct WorkflowFileTests {
    /// Node types and the versions whose parameters these files were written for, from n8n's own sources.
    static let types: [String: Double] = [
        "manualTrigger": 1, "set": 3.4, "httpRequest": 4.2, "wait": 1.1, "if": 2.2, "limit": 1, "stopAndError": 1,
    ]

    static let names: [String] = {
        let folder = Repository.root.appendingPathComponent("spec/n8n").path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted()
    }()

    struct Workflow {
        let nodes: [[String: Any]]
        let connections: [String: Any]

        init(_ name: String) throws {
            let file = Repository.root.appendingPathComponent("spec/n8n/\(name)")
            let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            let object = try #require(value as? [String: Any])
            nodes = try #require(object["nodes"] as? [[String: Any]])
            connections = try #require(object["connections"] as? [String: Any])
        }

        /// The nodes that follow a node.
        func followers(of name: String) -> [String] {
            let outputs = (connections[name] as? [String: Any])?["main"] as? [[[String: Any]]] ?? []
            return outputs.joined().compactMap { $0["node"] as? String }
        }
    }

    @Test("There are the three ways to wait, and a page about them")
    func files() throws {
        #expect(Self.names == ["long-poll.json", "pagination-poll.json", "submit-poll-result.json"])
        let page = Repository.root.appendingPathComponent("spec/n8n/README.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for name in Self.names { #expect(text.contains("](\(name))"), "\(name)") }
    }

    @Test("A workflow is whole: known nodes with ids of their own, all reached from the trigger", arguments: names)
    func structure(name: String) throws {
        let workflow = try Workflow(name)
        let names = workflow.nodes.compactMap { $0["name"] as? String }
        #expect(Set(names).count == workflow.nodes.count)
        #expect(Set(workflow.nodes.compactMap { $0["id"] as? String }).count == workflow.nodes.count)
        for node in workflow.nodes {
            let type = try #require(node["type"] as? String)
            #expect(type.hasPrefix("n8n-nodes-base."))
            let version = Self.types[String(type.dropFirst("n8n-nodes-base.".count))]
            #expect(version == node["typeVersion"] as? Double, "\(type)")
            #expect(node["parameters"] is [String: Any])
            #expect((node["position"] as? [Double])?.count == 2)
        }
        #expect(Set(workflow.connections.keys).isSubset(of: names))
        var reached: Set<String> = ["Start"]
        var queue = ["Start"]
        while let next = queue.popLast() {
            for follower in workflow.followers(of: next) where reached.insert(follower).inserted {
                queue.append(follower)
            }
        }
        #expect(reached == Set(names))
    }

    @Test("Its requests are operations of the OpenAPI file, with parameters that these have", arguments: names)
    func requests(name: String) throws {
        let file = try OpenAPIFile()
        let paths = [
            "={{ $json.server }}/api/jobs": "/api/jobs",
            "={{ $json.statusUrl }}": "/api/jobs/{taskId}/status",
            "={{ $json.resultUrl }}": "/api/jobs/{taskId}/result",
        ]
        var asked: Set<String> = []
        for node in try Workflow(name).nodes where node["type"] as? String == "n8n-nodes-base.httpRequest" {
            let parameters = try #require(node["parameters"] as? [String: Any])
            let url = try #require(parameters["url"] as? String)
            let path = try #require(paths[url], "\(url)")
            let method = (parameters["method"] as? String ?? "GET").lowercased()
            let known = try file.queryParameters(method, path)
            let query = parameters["queryParameters"] as? [String: Any]
            for parameter in query?["parameters"] as? [[String: Any]] ?? [] {
                let key = try #require(parameter["name"] as? String)
                #expect(known.contains(key), "\(url) \(key)")
            }
            asked.insert("\(method) \(path)")
        }
        #expect(asked == ["post /api/jobs", "get /api/jobs/{taskId}/status", "get /api/jobs/{taskId}/result"])
    }

    @Test("What its expressions read are keys of the status body", arguments: names)
    func expressions(name: String) throws {
        let keys = try OpenAPIFile().keys(ofSchema: "Status").union(["server"])
        let text = try String(contentsOf: Repository.root.appendingPathComponent("spec/n8n/\(name)"), encoding: .utf8)
        let read = text.matches(of: /\$(?:json|response\.body)\.(\w+)/).map { String($0.1) }
        #expect(!read.isEmpty)
        #expect(Set(read).isSubset(of: keys), "\(Set(read).subtracting(keys))")
    }
}
