import Foundation
import Testing
import Yams

/// `spec/openapi.yaml`, as far as a test asks about it.
struct OpenAPIDocument {
    typealias Object = [String: Any]

    /// One method of one path.
    struct Operation {
        let path: String
        /// In capitals.
        let method: String
        let object: Object

        var name: String { "\(method) \(path)" }
    }

    let root: Object
    let operations: [Operation]

    init() throws {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("spec/openapi.yaml")
        let root = try #require(try Yams.load(yaml: String(contentsOf: file, encoding: .utf8)) as? Object)
        let paths = try #require(root["paths"] as? Object)
        self.root = root
        operations = paths.flatMap { path, item in
            (item as? Object ?? [:]).compactMap { key, value in
                guard key != "parameters", let object = value as? Object else { return nil }
                return Operation(path: path, method: key.uppercased(), object: object)
            }
        }
        .sorted { $0.name < $1.name }
    }

    var paths: Set<String> { Set(operations.map(\.path)) }

    /// The methods of a path that stand in the file.
    func methods(of path: String) -> Set<String> {
        Set(operations.filter { $0.path == path }.map(\.method))
    }

    /// The object itself, or the one that its `$ref` leads to.
    func resolved(_ node: Any?, sourceLocation: SourceLocation = #_sourceLocation) throws -> Object {
        let object = try #require(node as? Object, sourceLocation: sourceLocation)
        guard let reference = object["$ref"] as? String else { return object }
        var target: Any? = root
        for part in reference.split(separator: "/").dropFirst() { target = (target as? Object)?[String(part)] }
        return try #require(target as? Object, "\(reference) leads nowhere", sourceLocation: sourceLocation)
    }

    /// The response of an operation to a status code; nil when the file has none.
    func response(_ operation: Operation, _ status: Int) throws -> Object? {
        let responses = try #require(operation.object["responses"] as? Object)
        return try responses["\(status)"].map { try resolved($0) }
    }

    /// The status codes of an operation.
    func statuses(_ operation: Operation) throws -> Set<Int> {
        let responses = try #require(operation.object["responses"] as? Object)
        return try Set(responses.keys.map { try #require(Int($0), "\(operation.name) has a response \($0)") })
    }
}

extension OpenAPIDocument {
    /// What speaks against `value` being described by `schema`; empty when it is.
    ///
    /// Knows what the file uses of JSON Schema. A key that the schema does not name counts against the value, although
    /// clients must bear such keys: the file is to be complete.
    func objections(to value: Any, _ schema: Any?, at place: String = "$") throws -> [String] {
        let schema = try resolved(schema)
        for word in ["oneOf", "anyOf"] {
            guard let choices = schema[word] as? [Any], schema["properties"] == nil else { continue }
            let each = try choices.map { try objections(to: value, $0, at: place) }
            return each.contains { $0.isEmpty } ? [] : each.min { $0.count < $1.count } ?? []
        }
        var found: [String] = []
        if let type = schema["type"] as? String, !Self.isOf(type, value) { found.append("\(place) is no \(type)") }
        if let flag = schema["const"] as? Bool {
            if value as? Bool != flag { found.append("\(place) is not \(flag)") }
        } else if let constant = schema["const"], "\(constant)" != Self.text(value) {
            found.append("\(place) is not \(constant)")
        }
        if let words = schema["enum"] as? [String], !words.contains(Self.text(value)) {
            found.append("\(place) is none of \(words)")
        }
        if let pattern = schema["pattern"] as? String,
            Self.text(value).range(of: pattern, options: .regularExpression) == nil
        {
            found.append("\(place) does not match \(pattern)")
        }
        if let number = value as? Double {
            if let least = schema["minimum"] as? Int, number < Double(least) { found.append("\(place) is too small") }
            if let most = schema["maximum"] as? Int, number > Double(most) { found.append("\(place) is too large") }
        }
        if let elements = value as? [Any], let items = schema["items"] {
            for (index, element) in elements.enumerated() {
                found += try objections(to: element, items, at: "\(place)[\(index)]")
            }
        }
        if let object = value as? Object { found += try objections(toMembersOf: object, schema, at: place) }
        return found
    }

    private func objections(toMembersOf object: Object, _ schema: Object, at place: String) throws -> [String] {
        var found: [String] = []
        for key in schema["required"] as? [String] ?? [] where object[key] == nil {
            found.append("\(place).\(key) is missing")
        }
        guard let properties = schema["properties"] as? Object else {
            guard let every = schema["additionalProperties"] as? Object else { return found }
            for (key, member) in object { found += try objections(to: member, every, at: "\(place).\(key)") }
            return found
        }
        for (key, member) in object {
            if let property = properties[key] {
                found += try objections(to: member, property, at: "\(place).\(key)")
            } else {
                found.append("\(place).\(key) is not in the file")
            }
        }
        return found
    }

    private static func text(_ value: Any) -> String {
        value as? String ?? "\(value)"
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        switch type {
        case "string": value is String
        case "object": value is Object
        case "array": value is [Any]
        case "boolean": value is Bool
        case "integer": (value as? Double).map { $0 == $0.rounded() } ?? false
        case "number": value is Double
        default: false
        }
    }
}
