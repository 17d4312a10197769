/// When the requests of an open loop are to start: evenly spaced, whatever the answers do.
///
/// Request n, from 0 on, starts n / rate seconds after the beginning, on connection n modulo the connections. A
/// latency counts from there, so that the requests which a slow answer holds up show what they waited: leaving that
/// out is the "coordinated omission" that Gil Tene describes (How NOT to Measure Latency, 2013).
struct Schedule: Sendable, Equatable {
    private let rate: Double
    private let connections: Int
    /// Requests in all.
    let total: Int

    /// `rate` is in requests a second, `duration` in nanoseconds; both are positive.
    init(rate: Double, connections: Int, duration: Int) {
        self.rate = rate
        self.connections = connections
        total = max(1, Int((rate * Double(duration) / 1e9).rounded(.up)))
    }

    /// How many requests have to be started once this many nanoseconds have gone by.
    func due(after elapsed: Int) -> Int {
        elapsed < 0 ? 0 : min(total, Int(Double(elapsed) * rate / 1e9) + 1)
    }

    /// The nanosecond at which a request starts.
    func start(of number: Int) -> Int { Int((Double(number) * 1e9 / rate).rounded(.up)) }

    /// The nanosecond at which the request of that place, from 0 on, starts on a connection.
    func start(of place: Int, on connection: Int) -> Int { start(of: place * connections + connection) }
}
