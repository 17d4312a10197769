import Glibc

/// What the process has used, as the kernel counts it.
struct ProcessUsage {
    /// Processor time of all threads, in user and kernel mode, in microseconds.
    var processorMicroseconds: Int64
    /// Memory that is in use and not shared out to the disk; 0 where the kernel does not say.
    var residentBytes: Int

    /// Source: getrusage(2), proc_pid_statm(5).
    static func now() -> ProcessUsage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = Int64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        let processor = seconds * 1_000_000 + Int64(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
        let resident = residentPages() * sysconf(Int32(_SC_PAGESIZE))
        return ProcessUsage(processorMicroseconds: processor, residentBytes: resident)
    }

    /// The second number of /proc/self/statm.
    private static func residentPages() -> Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            guard count > 0 else { return 0 }
            let numbers = buffer[..<count].split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard numbers.count > 1 else { return 0 }
            return numbers[1].reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
        }
    }
}
