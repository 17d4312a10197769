import Glibc

/// The processes that come from one process, found in /proc (proc(5)).
///
/// A process whose parent has ended is no longer below it there, so what was found once is remembered, by its number
/// and the time of its start: a number alone may be given out again.
struct ProcessTree {
    struct Entry: Hashable {
        var processID: pid_t
        var parent: pid_t
        /// In clock ticks since boot.
        var startTime: UInt64
    }

    /// Start times by process number.
    private var known: [pid_t: UInt64] = [:]

    /// `root`, all that come from it now, and those known from earlier calls that still run.
    mutating func members(from root: pid_t) -> [pid_t] {
        members(from: root, among: Self.running())
    }

    /// The same for processes that someone else has listed.
    mutating func members(from root: pid_t, among running: [Entry]) -> [pid_t] {
        let children = Dictionary(grouping: running, by: \.parent)
        var found: [pid_t: UInt64] = [:]
        var open = running.filter { $0.processID == root || known[$0.processID] == $0.startTime }
        while let entry = open.popLast() {
            guard found.updateValue(entry.startTime, forKey: entry.processID) == nil else { continue }
            open += children[entry.processID] ?? []
        }
        known = found
        return found.keys.sorted()
    }

    private static func running() -> [Entry] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while let item = readdir(folder) {
            let name = withUnsafeBytes(of: &item.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let processID = pid_t(name), let entry = entry(of: processID) { entries.append(entry) }
        }
        return entries
    }

    private static func entry(of processID: pid_t) -> Entry? {
        let file = open("/proc/\(processID)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = read(file, &buffer, buffer.count)
        return count > 0 ? parse(String(decoding: buffer[..<count], as: UTF8.self), processID) : nil
    }

    /// The fields behind the name, which stands in brackets and may hold spaces and brackets itself: state, parent,
    /// and as the twentieth the time of the start.
    static func parse(_ text: String, _ processID: pid_t) -> Entry? {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let parent = pid_t(fields[1]), let startTime = UInt64(fields[19]) else { return nil }
        return Entry(processID: processID, parent: parent, startTime: startTime)
    }
}
