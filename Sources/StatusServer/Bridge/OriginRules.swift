/// Whose pages may read answers: none, unless the operator has named their origins (Fetch standard, "CORS protocol").
struct OriginRules: Sendable {
    /// In lower case, without a trailing slash.
    private let named: [String]
    private let allowsAnyone: Bool

    init(_ configuration: BridgeConfiguration) {
        allowsAnyone = configuration.corsOrigins.contains("*")
        named = configuration.corsOrigins.map { origin in
            let lowered = String(decoding: origin.utf8.map(ASCII.lowered), as: UTF8.self)
            return lowered.hasSuffix("/") ? String(lowered.dropLast()) : lowered
        }
    }

    /// True when no origin is named, so that no answer speaks of origins.
    var isEmpty: Bool { named.isEmpty }

    /// True when the operator has named that origin itself: its pages may do what this server's own may.
    func isNamed(_ origin: UnsafeRawBufferPointer) -> Bool {
        name(origin) != nil
    }

    /// What the answer to a page of `origin` is to say about origins.
    func grant(_ origin: UnsafeRawBufferPointer?) -> OriginGrant {
        if isEmpty { return .silence }
        if allowsAnyone { return .everyone }
        return origin.flatMap(name).map { .one($0) } ?? .nobody
    }

    private func name(_ origin: UnsafeRawBufferPointer) -> String? {
        named.first { name in
            var name = name
            return name.withUTF8 { ASCII.equalIgnoringCase(origin, UnsafeRawBufferPointer($0)) }
        }
    }
}

/// What one answer says about whose pages may read it.
enum OriginGrant: Sendable, Equatable {
    /// Nothing: the server knows no origins.
    case silence
    /// That other origins might be told something else.
    case nobody
    case one(String)
    case everyone

    /// True when the page that asked may read the answer.
    var isGranted: Bool {
        switch self {
        case .silence, .nobody: false
        case .one, .everyone: true
        }
    }
}

extension ResponseFields {
    /// Adds what the answer says about origins.
    mutating func set(_ grant: OriginGrant) {
        switch grant {
        case .silence: return
        case .nobody: break
        case .one(let origin): setAllowedOrigin(origin)
        case .everyone: setAllowedOrigin("*")
        }
        if grant != .everyone { add("Vary", "vary", "Origin") }
    }

    private mutating func setAllowedOrigin(_ origin: String) {
        add("Access-Control-Allow-Origin", "access-control-allow-origin", origin)
        add(
            "Access-Control-Expose-Headers",
            "access-control-expose-headers",
            "ETag, Location, Preference-Applied, Retry-After"
        )
    }

    /// The answer to a page that asks what it may send to a route.
    static func preflight(_ route: Route) -> ResponseFields {
        var fields = ResponseFields(204, nil)
        fields.add("Access-Control-Allow-Methods", "access-control-allow-methods", route.allow.description)
        fields.add(
            "Access-Control-Allow-Headers",
            "access-control-allow-headers",
            "Content-Type, Content-Encoding, Content-Disposition, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer"
        )
        fields.add("Access-Control-Max-Age", "access-control-max-age", "\(BridgeLimits.preflightAge)")
        return fields
    }
}
