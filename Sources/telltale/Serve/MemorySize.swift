import Glibc

/// A number of bytes as people write it: digits, and K, M, G or T for powers of 1,024.
struct MemorySize: Equatable {
    let bytes: Int

    /// The least that the table of jobs can work with.
    static let leastForJobs = 32 << 20

    /// The size that `text` spells; nil for anything else, and for what does not fit into 62 bits.
    init?(_ text: String) {
        var digits = Substring(text)
        var shift = 0
        if let unit = text.last, let place = "KMGT".firstIndex(of: Character(unit.uppercased())) {
            shift = 10 * ("KMGT".distance(from: "KMGT".startIndex, to: place) + 1)
            digits = digits.dropLast()
        }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits),
            number <= (1 << 62) >> shift
        else { return nil }
        bytes = number << shift
    }

    /// Half of the machine's memory, or of what its control group leaves to this process, but no less than
    /// ``leastForJobs``.
    static var halfOfMachine: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return max(leastForJobs, min(machine, groupLimit ?? machine) / 2)
    }

    /// The limit of the process' own control group, version 2; nil without one.
    private static var groupLimit: Int? {
        guard let file = fopen("/sys/fs/cgroup/memory.max", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = fread(&bytes, 1, bytes.count, file)
        // "max" is no number.
        return Int(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
