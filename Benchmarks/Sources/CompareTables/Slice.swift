import BareTable
import BenchSupport
import StatusCore

/// A thread's turns with the tables.
struct Slice {
    /// What is compared. The two kinds of either table, in this order, follow the same choices as those of the other.
    enum Kind: Int, CaseIterable {
        case bareFind
        case bareRead
        case find
        case read

        var name: String {
            switch self {
            case .bareFind: "bare find"
            case .bareRead: "bare read"
            case .find: "JobTable.find"
            case .read: "JobTable.read"
            }
        }

        var meaning: String {
            switch self {
            case .bareFind: "bare table: find the record, look at its expiry"
            case .bareRead: "bare table: find the record, copy its 64 bytes"
            case .find: "JobTable.find: the job's place by its id"
            case .read: "JobTable.read: the job by its id into a snapshot"
            }
        }

        /// Under `--json`.
        var key: String {
            switch self {
            case .bareFind: "bareFind"
            case .bareRead: "bareRead"
            case .find: "find"
            case .read: "read"
            }
        }

        var title: String { key.prefix(1).uppercased() + key.dropFirst() }
    }

    static let ratios: [(over: Kind, under: Kind)] = [(.find, .bareFind), (.read, .bareFind), (.read, .bareRead)]

    /// Lookups prepared and timed at once: two readings of the clock weigh little among so many, and the ids stay in
    /// the first-level cache.
    static let block = 256

    private let tables: Tables
    private let snapshot = JobSnapshot()
    private var copy = BareRecord()
    private var bareIDs = [BareID](repeating: NumberedID.bare(0), count: block)
    private var ids = [TaskID](repeating: NumberedID.task(0), count: block)

    init(_ tables: Tables) {
        self.tables = tables
    }

    /// Nanoseconds a lookup of `kind` over about `lookups` of them. Traps when a job is not found, or is another one.
    mutating func time(_ kind: Kind, _ lookups: Int, _ choices: Choices) -> Double {
        var choices = choices
        var spent = 0
        let blocks = lookups / Slice.block
        for _ in 0..<blocks {
            let isBare = kind == .bareFind || kind == .bareRead
            for index in 0..<Slice.block {
                let number = choices.next()
                if isBare { bareIDs[index] = NumberedID.bare(number) } else { ids[index] = NumberedID.task(number) }
            }
            let start = nanoseconds()
            let found = lookUp(kind)
            spent += nanoseconds() - start
            precondition(found == Slice.block, "\(kind.name): \(Slice.block - found) jobs were not found")
            if kind == .read { precondition(snapshot.id == ids[Slice.block - 1], "another job was found") }
        }
        return Double(spent) / Double(blocks * Slice.block)
    }

    @inline(__always)
    private mutating func lookUp(_ kind: Kind) -> Int {
        var found = 0
        switch kind {
        case .bareFind: found = Int(BareTable_findAll(tables.bare, bareIDs, UInt64(Slice.block)))
        case .bareRead: found = Int(BareTable_readAll(tables.bare, bareIDs, UInt64(Slice.block), &copy))
        case .find:
            for id in ids {
                if case .found = tables.table.find(id, at: Tables.now) { found &+= 1 }
            }
        case .read:
            for id in ids {
                if case .found = tables.table.read(id, at: Tables.now, into: snapshot) { found &+= 1 }
            }
        }
        return found
    }
}
