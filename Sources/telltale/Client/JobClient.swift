import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// The reader's side: asks a server about jobs, over HTTP/1.1 with JSON.
struct JobClient: Sendable {
    let server: ServerURL
    private let http: HTTPClient

    /// Calls `body` with a client of `server`, and closes its connections after that.
    static func with<R>(_ server: ServerURL, _ body: (JobClient) async throws -> R) async throws -> R {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .nanoseconds(ReaderLimits.connectTime.nanoseconds),
            read: .nanoseconds(ReaderLimits.answerTime.nanoseconds)
        )
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let value = try await body(JobClient(server: server, http: http))
            try? await http.shutdown()
            return value
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    /// Sends a request and collects its answer.
    /// - Throws: ``CommandFailure`` when there is no answer.
    func send(_ method: HTTPMethod, _ path: String, body: [UInt8]? = nil) async throws(CommandFailure) -> JobAnswer {
        let response = try await open(method, path, body: body)
        do {
            let bytes = try await response.body.collect(upTo: ReaderLimits.answerBytes)
            return JobAnswer(server: server, status: Int(response.status.code), body: Array(bytes.readableBytesView))
        } catch {
            throw CommandFailure("\(server.text) broke off its answer: \(ClientFault.text(error))")
        }
    }

    /// Sends a request and returns the head of its answer, whose body is still to come.
    /// - Throws: ``CommandFailure`` when there is no answer.
    func open(
        _ method: HTTPMethod,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil
    ) async throws(CommandFailure) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: server.text + path)
        request.method = method
        request.headers = headers
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            // The configuration limits how long it may be silent; a result may take any time.
            return try await http.execute(request, deadline: .distantFuture)
        } catch {
            throw CommandFailure("no answer from \(server.text): \(ClientFault.text(error))", status: .unavailable)
        }
    }
}

/// Errors of the HTTP client in words.
enum ClientFault {
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // One error an address: the first is as good as any.
            if let first = error.connectionErrors.first { return text(first.error) }
            return error.dnsAError != nil || error.dnsAAAAError != nil ? "no such host" : "no address to connect to"
        case let error as IOError: return SystemError.text(error.errnoCode)
        case let error as HTTPClientError where error == .connectTimeout: return "connecting took too long"
        case let error as HTTPClientError where error == .readTimeout: return "it took too long"
        case let error as HTTPClientError where error == .remoteConnectionClosed: return "it closed the connection"
        case let error as HTTPClientError: return error.shortDescription
        default: return "\(error)"
        }
    }
}

extension Duration {
    /// Whole nanoseconds; for limits, which fit.
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
