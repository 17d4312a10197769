/// Why a server did not start, in one line that says what to do.
public enum ServerError: Error, CustomStringConvertible, Equatable {
    /// The address can be reached from outside and nothing asks for a token.
    case notLoopback(ListenAddress)
    /// The system refused to listen; `reason` is its own text.
    case cannotListen(ListenAddress, reason: String)
    /// The folder for large results cannot be written.
    case cannotWrite(folder: String, reason: String)
    /// The folder for jobs cannot be used; `reason` says what to do.
    case cannotKeepJobs(reason: String)
    /// The jobs that the folder holds cannot be read; `reason` says what to do.
    case cannotReadJobs(reason: String)
    /// The process may not have as many addresses as the job table needs.
    case noAddresses(bytes: Int)

    public var description: String {
        switch self {
        case .notLoopback(let address):
            """
            refusing to listen on \(address): there are no access tokens yet, so anyone who reaches it could read and \
            cancel jobs; use a loopback address, or pass --allow-unauthenticated
            """
        case .cannotListen(let address, let reason):
            "cannot listen on \(address): \(reason)"
        case .cannotWrite(let folder, let reason):
            "cannot write to \(folder): \(reason); choose another folder with TMPDIR"
        case .cannotKeepJobs(let reason): reason
        case .cannotReadJobs(let reason): "the jobs cannot be read from the disk: \(reason)"
        case .noAddresses(let bytes):
            """
            cannot reserve \(bytes >> 20) MiB of addresses for the jobs: raise the limit on virtual memory \
            (ulimit -v), or lower --max-jobs or --max-memory
            """
        }
    }
}
