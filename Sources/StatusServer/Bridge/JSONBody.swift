import Bytes
import JSON
import StatusCore

/// A JSON object that a client sent, and how to take each member as what it must be. Every refusal names the key.
struct JSONBody {
    let members: [JSONMember]
    /// What stands before a key in a refusal: `units.` for the members of `units`.
    private let prefix: String

    /// The object that `body` holds. An empty body is an empty object.
    init(parsing body: UnsafeRawBufferPointer) throws(ErrorAnswer) {
        guard !body.isEmpty else {
            self.init(members: [], prefix: "")
            return
        }
        let value: JSONValue
        do throws(JSONFailure) {
            value = try JSONValue(parsing: body)
        } catch {
            throw .malformed("The body is not valid JSON: \(error)")
        }
        guard let members = value.object else { throw .malformed("The body must be a JSON object") }
        self.init(members: members, prefix: "")
    }

    private init(members: [JSONMember], prefix: String) {
        self.members = members
        self.prefix = prefix
    }

    /// Throws when there is a key that is not one of `known`, naming all of them.
    func allow(_ known: [String]) throws(ErrorAnswer) {
        let unknown = members.map(\.key).filter { !known.contains($0) }
        guard unknown.isEmpty else {
            // A few are enough to find the mistake; a body may hold thousands.
            let named = unknown.prefix(8).map { prefix + $0.prefix(64) }.joined(separator: ", ")
            throw .malformed("Unknown keys: \(named)")
        }
    }

    /// The member itself; nil when it is not there.
    func member(_ key: String) -> JSONMember? {
        members.first { $0.key == key }
    }

    func object(_ key: String) throws(ErrorAnswer) -> JSONBody? {
        guard let member = member(key) else { return nil }
        guard let members = member.value.object else { throw invalid(key, "an object") }
        return JSONBody(members: members, prefix: "\(prefix)\(key).")
    }

    /// - Parameter length: the bytes of UTF-8 that it may have.
    func text(_ key: String, _ length: ClosedRange<Int>) throws(ErrorAnswer) -> String? {
        guard let member = member(key) else { return nil }
        guard let text = member.value.string, length.contains(text.utf8.count) else {
            throw invalid(key, "text of \(length.lowerBound) to \(length.upperBound) bytes")
        }
        return text
    }

    func integer(_ key: String, _ range: ClosedRange<Int64>) throws(ErrorAnswer) -> Int64? {
        guard let member = member(key) else { return nil }
        guard let number = member.value.integer, range.contains(number) else {
            throw invalid(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func bool(_ key: String) throws(ErrorAnswer) -> Bool? {
        guard let member = member(key) else { return nil }
        guard let value = member.value.bool else { throw invalid(key, "true or false") }
        return value
    }

    func taskID(_ key: String) throws(ErrorAnswer) -> TaskID? {
        guard let member = member(key) else { return nil }
        guard let id = member.value.string.flatMap(TaskID.init) else {
            throw invalid(key, "1 to 64 characters of A-Z, a-z, 0-9, _ and -")
        }
        return id
    }

    /// The refusal of a member's value.
    func invalid(_ key: String, _ expected: String) -> ErrorAnswer {
        .malformed("\(prefix)\(key) must be \(expected)")
    }
}
