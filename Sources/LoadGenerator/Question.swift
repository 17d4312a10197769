/// A request, ready to be sent, and what tells the right answer to it from any other.
public struct Question: Sendable {
    /// The whole request.
    let request: [UInt8]
    /// What the body of the right answer begins with; its status is 200.
    let beginning: [UInt8]

    /// A question of these bytes, neither of them empty.
    public init(request: [UInt8], beginning: [UInt8]) {
        precondition(!request.isEmpty && !beginning.isEmpty, "a question without a request or an answer")
        self.request = request
        self.beginning = beginning
    }
}
