import Foundation
import Testing
import Yams

/// `spec/openapi.yaml`, as far as these tests ask about it.
struct OpenAPIFile {
    typealias Object = [String: Any]

    let root: Object
    let paths: [String: Object]

    init() throws {
        let file = Repository.root.appendingPathComponent("spec/openapi.yaml")
        root = try #require(try Yams.load(yaml: String(contentsOf: file, encoding: .utf8)) as? Object)
        paths = try #require(root["paths"] as? [String: Object])
    }

    /// The shell commands that an operation is shown with.
    struct Sample: Sendable, CustomTestStringConvertible {
        let operation: String
        let lines: [String]

        var testDescription: String { "\(operation): \(lines.last ?? "")" }
    }

    var samples: [Sample] {
        paths.sorted { $0.key < $1.key }.flatMap { path, item in
            item.sorted { $0.key < $1.key }.flatMap { method, operation in
                let samples = (operation as? Object)?["x-codeSamples"] as? [Object] ?? []
                return samples.map { sample in
                    let source = sample["source"] as? String ?? ""
                    return Sample(
                        operation: "\(method.uppercased()) \(path)",
                        lines: source.split(separator: "\n").map(String.init)
                    )
                }
            }
        }
    }

    /// The names of the query parameters of an operation.
    func queryParameters(_ method: String, _ path: String) throws -> Set<String> {
        let operation = try #require(paths[path]?[method] as? Object, "\(method) \(path)")
        let parameters = (operation["parameters"] as? [Object] ?? []).map { resolved($0) }
        return Set(parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String })
    }

    /// The keys of a schema of the file.
    func keys(ofSchema name: String) throws -> Set<String> {
        let schema = try #require(resolved(["$ref": "#/components/schemas/\(name)"])["properties"] as? Object)
        return Set(schema.keys)
    }

    private func resolved(_ object: Object) -> Object {
        guard let reference = object["$ref"] as? String else { return object }
        var target: Any? = root
        for part in reference.split(separator: "/").dropFirst() { target = (target as? Object)?[String(part)] }
        return target as? Object ?? [:]
    }
}
