import HTTP1

@testable import StatusServer

/// The routes of the server by name: a new case of ``Route`` does not compile here before it has one.
enum RouteName: CaseIterable {
    case jobs, batchGet, job, status, result, cancel, events, history, manyEvents
    case health, livez, readyz, metrics, updates

    init(_ route: Route) {
        self =
            switch route {
            case .jobs: .jobs
            case .batchGet: .batchGet
            case .job: .job
            case .status: .status
            case .result: .result
            case .cancel: .cancel
            case .events: .events
            case .history: .history
            case .manyEvents: .manyEvents
            case .health: .health
            case .livez: .livez
            case .readyz: .readyz
            case .metrics: .metrics
            case .updates: .updates
            }
    }

    /// The route that a path of the file leads to, for a job named `a`.
    init?(path: String) {
        var path = path.replacing("{taskId}", with: "a")
        guard let route = path.withUTF8({ Route(UnsafeRawBufferPointer($0)) }) else { return nil }
        self.init(route)
    }
}

/// Statuses that any request may get, whatever its route: what is no request, is too slow, or asks a foreign host.
enum AnyRequest {
    static let statuses = Set(RequestFailure.allFailures.map(\.status)).union([408, 421])
}

extension RequestFailure {
    static let allFailures: [RequestFailure] = allCases
}
