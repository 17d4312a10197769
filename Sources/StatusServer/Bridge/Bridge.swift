import Bytes
import HTTP1
import ResultStore
import StatusCore
import Synchronization

/// Everything between a parsed request and its answer. One a server, used by all of its event loops.
///
/// It knows no sockets: a transport hands over the request, does what the ``BridgeDecision`` says, and writes the
/// fields and the body that it gets. HTTP/1.1 and HTTP/2 get the same answers, because both come from here. HEAD is
/// answered as GET; the transport leaves the body out.
final class Bridge: Sendable {
    let table: JobTable
    let results: ResultStore
    let streams: any CancelDelivery
    let configuration: BridgeConfiguration
    let hosts: HostRules
    let origins: OriginRules
    let load = ServerLoad()
    let counters = ServerCounters()
    /// Brings changes to the disk; nil for a server that keeps none.
    let committer: Committer?
    private let readiness = Atomic<Bool>(false)
    private let recovery: Atomic<Bool>

    init(
        table: JobTable,
        results: ResultStore,
        streams: any CancelDelivery,
        configuration: BridgeConfiguration,
        committer: Committer? = nil
    ) {
        self.table = table
        self.results = results
        self.streams = streams
        self.configuration = configuration
        self.committer = committer
        recovery = Atomic(committer == nil)
        self.hosts = HostRules(configuration)
        self.origins = OriginRules(configuration)
    }

    /// What `/readyz` says; false until the server sets it.
    var isReady: Bool {
        get { readiness.load(ordering: .relaxed) }
        set { readiness.store(newValue, ordering: .relaxed) }
    }

    /// True once the jobs that were kept are back; before that only probes are answered, as every job would be unknown.
    var isRecovered: Bool {
        get { recovery.load(ordering: .acquiring) }
        set { recovery.store(newValue, ordering: .releasing) }
    }

    /// Decides about a request whose head has been read.
    ///
    /// - Parameters:
    ///   - now: the present.
    ///   - scratch: the event loop's own.
    ///   - output: the body of an answer is appended to it.
    func decide(
        _ request: BridgeRequest,
        at now: Instant,
        scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) -> BridgeDecision {
        if origins.isEmpty { return decide(request, .silence, at: now, scratch: scratch, into: &output) }
        let grant = origins.grant(request.value(of: "origin"))
        switch decide(request, grant, at: now, scratch: scratch, into: &output) {
        case .answer(var fields):
            fields.set(grant)
            return .answer(fields)
        case .sendResult(var download):
            download.fields.set(grant)
            return .sendResult(download)
        case .sendLive(var download):
            download.fields.set(grant)
            return .sendLive(download)
        case let later: return later
        }
    }

    private func decide(
        _ request: BridgeRequest,
        _ grant: OriginGrant,
        at now: Instant,
        scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) -> BridgeDecision {
        do throws(ErrorAnswer) {
            let baseURL = try scratch.baseURL(for: request.host, isSecure: request.isSecure, by: hosts)
            guard let route = Route(request.path) else { throw .unknownRoute }
            if !isRecovered, !route.isProbe { throw .notReady }
            if request.method == .options, grant.isGranted, request.value(of: "access-control-request-method") != nil {
                return .answer(.preflight(route))
            }
            let call = Call(request: request, now: now, scratch: scratch, baseURL: baseURL, origin: grant)
            return try follow(route, call, into: &output)
        } catch {
            return refuse(request, error, into: &output)
        }
    }

    private func refuse(
        _ request: BridgeRequest,
        _ error: ErrorAnswer,
        into output: inout OutputBuffer
    ) -> BridgeDecision {
        .answer(error.write(asProblem: request.fields.acceptsProblemJSON(in: request.bytes), into: &output))
    }
}

/// A request on its way through the bridge, with what every route needs beside it. As short-lived as the request.
struct Call {
    let request: BridgeRequest
    let now: Instant
    let scratch: BridgeScratch
    /// The beginning of absolute URLs; may be empty.
    let baseURL: [UInt8]
    let origin: OriginGrant

    /// What an answer needs that is written after the request is gone.
    var context: AnswerContext {
        AnswerContext(
            baseURL: baseURL,
            wantsProblem: request.fields.acceptsProblemJSON(in: request.bytes),
            origin: origin
        )
    }
}
