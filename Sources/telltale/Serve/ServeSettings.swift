import ArgumentParser
import CMachine
import Configuration
import Logging
import NIOCore
import StatusServer

/// The settings of `telltale serve` after flags and environment were put together and checked.
struct ServeSettings {
    let server: ServerConfiguration
    let logLevel: Logger.Level

    /// The variables `TELLTALE_…` that stand in for absent flags.
    struct Environment {
        private let reader: ConfigReader
        /// `TMPDIR`, the folder for files that need no name; nil when it is not set.
        let temporaryDirectory: String?

        /// The environment of this process.
        static var process: Environment { Environment(provider: EnvironmentVariablesProvider()) }

        init(provider: EnvironmentVariablesProvider) {
            let everything = ConfigReader(provider: provider)
            reader = everything.scoped(to: "telltale")
            temporaryDirectory = everything.string(forKey: "tmpdir").flatMap { $0.isEmpty ? nil : $0 }
        }

        /// The value of `TELLTALE_<KEY>`; an empty variable counts as absent.
        func text(_ key: ConfigKey) -> String? {
            reader.string(forKey: key).flatMap { $0.isEmpty ? nil : $0 }
        }

        /// The comma-separated values of `TELLTALE_<KEY>`.
        func list(_ key: ConfigKey) -> [String] {
            (text(key) ?? "").split(separator: ",").map { part in
                String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    /// - Throws: `ValidationError` for what cannot be understood, ``CommandFailure`` for what this version cannot do.
    init(options: ServeOptions, environment: Environment) throws {
        let texts = options.listen.isEmpty ? environment.list("listen") : options.listen
        var listen: [ListenAddress] = []
        for text in texts.isEmpty ? ["127.0.0.1:8080"] : texts {
            guard let address = ListenAddress(text) else {
                throw ValidationError(
                    "'\(text)' is not HOST:PORT; an IPv6 address stands in brackets, as in [::1]:8080"
                )
            }
            listen.append(address)
        }

        let isEphemeral = try options.ephemeral || Self.flag("ephemeral", in: environment)
        let dataFolder = options.dataDir ?? environment.text("dataDir")
        switch (isEphemeral, dataFolder) {
        case (true, nil), (false, .some):
            break
        case (true, .some):
            throw ValidationError("--ephemeral and --data-dir exclude each other")
        case (false, nil):
            throw ValidationError("say where jobs are kept: --ephemeral (in memory) or --data-dir FOLDER")
        }

        let level = options.logLevel ?? environment.text("logLevel") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(level)' is not a log level; choose one of \(levels)")
        }
        self.logLevel = logLevel

        var server = ServerConfiguration(listen: listen, eventLoopThreads: Self.processors)
        if let text = options.eventLoops ?? environment.text("eventLoops") {
            guard let loops = Int(text), (1...Self.mostEventLoops).contains(loops) else {
                throw ValidationError("'\(text)' is not a number of threads from 1 to \(Self.mostEventLoops)")
            }
            server.eventLoopThreads = loops
        }
        server.dataFolder = dataFolder
        if let text = options.progressInterval ?? environment.text("progressInterval") {
            guard let seconds = Double(text), (0.01...60).contains(seconds) else {
                throw ValidationError("'\(text)' is not a number of seconds from 0.01 to 60")
            }
            server.progressInterval = Int(seconds * 1_000)
        }
        server.allowsUnauthenticated =
            try options.allowUnauthenticated || Self.flag("allowUnauthenticated", in: environment)
        server.allowedHosts = options.allowHost.isEmpty ? environment.list("allowHost") : options.allowHost
        server.corsOrigins = try (options.corsOrigin.isEmpty ? environment.list("corsOrigin") : options.corsOrigin)
            .map(Self.origin)
        server.publicURL = try (options.publicURL ?? environment.text("publicURL")).map(Self.publicURL)
        if let text = options.inlineResultLimit ?? environment.text("inlineResultLimit") {
            guard let limit = Int(text), (0...1_073_741_824).contains(limit) else {
                throw ValidationError("'\(text)' is not a number of bytes from 0 to 1073741824")
            }
            server.inlineResultLimit = limit
        }
        if let text = options.maxWait ?? environment.text("maxWait") {
            guard let seconds = Int(text), (0...300).contains(seconds) else {
                throw ValidationError("'\(text)' is not a number of seconds from 0 to 300")
            }
            server.maximumWait = seconds
        }
        if let text = options.maxJobs ?? environment.text("maxJobs") {
            guard let jobs = Int(text), (1...1_000_000_000).contains(jobs) else {
                throw ValidationError("'\(text)' is not a number of jobs from 1 to 1000000000")
            }
            server.maximumJobs = jobs
        }
        server.maximumMemory = MemorySize.halfOfMachine
        if let text = options.maxMemory ?? environment.text("maxMemory") {
            guard let size = MemorySize(text), size.bytes >= MemorySize.leastForJobs else {
                throw ValidationError("'\(text)' is not a size of at least 32M, such as 512M or 8G")
            }
            server.maximumMemory = size.bytes
        }
        if let text = options.maxResultSize ?? environment.text("maxResultSize") {
            server.resultLimit = try Self.size(text)
        }
        if let text = options.maxResultStorage ?? environment.text("maxResultStorage") {
            server.resultStorageLimit = try Self.size(text)
        }
        if let folder = environment.temporaryDirectory { server.temporaryDirectory = folder }
        self.server = server
    }

    /// As many as can be told of a change at once: the set of them is one word.
    static let mostEventLoops = 63

    /// The processors that this process may use: what the machine or the control group has, and of these the ones that
    /// the affinity mask allows, as under taskset.
    static var processors: Int {
        let allowed = Int(CMachine_allowedProcessors())
        return allowed > 0 ? min(allowed, System.coreCount) : System.coreCount
    }

    private static func size(_ text: String) throws -> Int {
        guard let size = MemorySize(text), size.bytes > 0 else {
            throw ValidationError("'\(text)' is not a size above 0, such as 512M or 8G")
        }
        return size.bytes
    }

    private static func flag(_ key: ConfigKey, in environment: Environment) throws -> Bool {
        switch environment.text(key)?.lowercased() {
        case nil, "false", "0", "no": false
        case "true", "1", "yes": true
        case .some(let other): throw ValidationError("'\(other)' is neither true nor false")
        }
    }

    /// `*`, or scheme, host and port without a path.
    private static func origin(_ text: String) throws -> String {
        if text == "*" { return text }
        let url = try publicURL(text)
        guard url.filter({ $0 == "/" }).count == 2 else {
            throw ValidationError("'\(text)' is not an origin such as https://app.example.com, without a path")
        }
        return url
    }

    private static func publicURL(_ text: String) throws -> String {
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), !text.contains(where: \.isWhitespace) else {
            throw ValidationError("'\(text)' is not a URL that begins with http:// or https://")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
