/// What a server is started with. The defaults are those of `telltale serve --ephemeral`.
public struct ServerConfiguration: Sendable {
    /// The addresses to listen on, at least one.
    public var listen: [ListenAddress]
    /// Addresses other than loopback are refused unless this is true, because nothing asks for a token.
    public var allowsUnauthenticated: Bool
    /// Host names, apart from IP addresses and names without a dot, that requests may name (DNS rebinding).
    public var allowedHosts: [String]
    /// The beginning of the absolute URLs in answers, without a trailing slash; nil takes the request's `Host`.
    public var publicURL: String?
    /// The number of event loops, 1 to 64; more are taken for 64.
    public var eventLoopThreads: Int
    /// The number of threads that compress and write results, 1 to 64.
    public var transferThreads: Int
    /// The folder that jobs are kept in, which no other server may use; nil keeps them in memory only.
    public var dataFolder: String?
    /// At most so many milliseconds of progress are lost in a crash, where jobs are kept; 10 to 60,000.
    public var progressInterval: Int
    /// The folder for results that do not fit in memory.
    public var temporaryDirectory: String
    /// The largest JSON result, in bytes, that a status answer carries inline.
    public var inlineResultLimit: Int
    /// The longest time, in seconds, that an answer waits for a change of a job, 0 to 300.
    public var maximumWait: Int
    /// Origins whose pages may read answers and write, such as `https://app.example.com`; `*` lets every page read.
    public var corsOrigins: [String]
    /// The largest result in bytes, inflated.
    public var resultLimit: Int
    /// The most that all results together may take, in bytes as they are stored: compressed.
    public var resultStorageLimit: Int
    /// New jobs beyond this many are refused with 503; 1 to 1,000,000,000.
    public var maximumJobs: Int
    /// The most memory that jobs may take, in bytes, at least 33,554,432; new ones are refused from three quarters on.
    public var maximumMemory: Int
    /// How long open requests and streams may take to end after a request to shut down.
    public var drainSeconds: Int64

    public init(
        listen: [ListenAddress] = [ListenAddress(host: "127.0.0.1", port: 8_080)],
        allowsUnauthenticated: Bool = false,
        allowedHosts: [String] = [],
        publicURL: String? = nil,
        eventLoopThreads: Int,
        transferThreads: Int = 2,
        dataFolder: String? = nil,
        progressInterval: Int = 1_000,
        temporaryDirectory: String = "/tmp",
        inlineResultLimit: Int = 1_048_576,
        maximumWait: Int = 30,
        corsOrigins: [String] = [],
        resultLimit: Int = 16 * 1_073_741_824,
        resultStorageLimit: Int = 16 * 1_073_741_824,
        maximumJobs: Int = 20_000_000,
        maximumMemory: Int = 16 << 30,
        drainSeconds: Int64 = 10
    ) {
        self.listen = listen
        self.allowsUnauthenticated = allowsUnauthenticated
        self.allowedHosts = allowedHosts
        self.publicURL = publicURL
        self.eventLoopThreads = eventLoopThreads
        self.transferThreads = transferThreads
        self.dataFolder = dataFolder
        self.progressInterval = progressInterval
        self.temporaryDirectory = temporaryDirectory
        self.inlineResultLimit = inlineResultLimit
        self.maximumWait = maximumWait
        self.corsOrigins = corsOrigins
        self.resultLimit = resultLimit
        self.resultStorageLimit = resultStorageLimit
        self.maximumJobs = maximumJobs
        self.maximumMemory = maximumMemory
        self.drainSeconds = drainSeconds
    }
}
