import Glibc

/// The number of files and sockets that the process may have open.
enum DescriptorLimit {
    /// Raises the limit as far as the system lets an ordinary process: each connection and each large result holds one,
    /// and the usual default of 1,024 is a shell's.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Without effect where it is refused; accepting then fails at the old limit, and says so in the log.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
