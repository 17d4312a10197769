import ResultStore
import StatusCore

extension BridgeConfiguration {
    /// The bridge's part of the server's configuration.
    init(_ server: ServerConfiguration) {
        self.init(
            publicURL: server.publicURL,
            allowedHosts: server.allowedHosts,
            inlineResultLimit: server.inlineResultLimit,
            maximumWait: server.maximumWait,
            corsOrigins: server.corsOrigins
        )
    }
}

extension JobTable.Configuration {
    /// The job table's part of the server's configuration.
    init(_ server: ServerConfiguration) {
        self.init()
        maximumJobs = server.maximumJobs
        maximumBytes = server.maximumMemory
    }
}

extension ResultStore.Configuration {
    /// The result store's part of the server's configuration.
    init(_ server: ServerConfiguration) {
        self.init(temporaryFolder: server.resultFolder)
        keepsFiles = server.dataFolder != nil
        maximumLength = server.resultLimit
        maximumUsage.storedBytes = server.resultStorageLimit
    }
}

extension ServerConfiguration {
    /// Where large results are.
    var resultFolder: String {
        dataFolder.map { "\($0)/results" } ?? temporaryDirectory
    }
}
