/// What load is to be made.
public struct LoadPlan: Sendable {
    /// What is asked, in turn on each connection; not empty.
    public var questions: [Question]
    /// Connections that stay open, at least 1.
    public var connections: Int
    /// Requests that may wait for their answers on one connection, at least 1.
    public var depth: Int
    /// Requests a second over all connections, whatever the answers do; nil asks as fast as answers come.
    public var rate: Double?
    /// For how long new requests start, in nanoseconds.
    public var duration: Int

    /// A plan as given.
    public init(questions: [Question], connections: Int, depth: Int, rate: Double?, duration: Int) {
        self.questions = questions
        self.connections = connections
        self.depth = depth
        self.rate = rate
        self.duration = duration
    }

    /// The part of one of `count` workers that together do the whole, each with connections of its own; `count` must
    /// not exceed the connections.
    public func share(_ index: Int, of count: Int) -> LoadPlan {
        precondition(index < count && count <= connections, "share \(index) of \(count), \(connections) connections")
        var share = self
        share.connections = connections / count + (index < connections % count ? 1 : 0)
        share.rate = rate.map { $0 * Double(share.connections) / Double(connections) }
        return share
    }
}
