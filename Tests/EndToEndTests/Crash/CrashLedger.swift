import Foundation

/// What has been said about a job: each field as far as it was acknowledged.
struct CrashFact: Sendable {
    /// `absent` for a job that may not be there; several where an acknowledgement did not promise which.
    var states: Set<String>
    /// In hundredths of a per cent.
    var progress: ClosedRange<Int> = 0...0
    /// Seed and length of the job's result.
    var result: (seed: UInt64, length: Int)?
    /// Why it failed.
    var text: String?
    /// When its time is over.
    var expiry: Date?

    static let absent = CrashFact(states: ["absent"])
}

/// What all clients of a crash test know, and what they asked for without hearing an answer.
actor CrashLedger {
    struct Entry: Sendable {
        var known: CrashFact
        /// What it is as well, if a request that got no answer was carried out.
        var maybe: CrashFact?
        /// Moves with each word about the job.
        var revision = 0
    }

    /// An answer about a job, as far as it is compared.
    struct Observation: Sendable {
        /// `absent` for an unknown one, `expired` for one whose time is over.
        var state: String
        /// In hundredths of a per cent.
        var progress: Int
        var text: String?
    }

    private(set) var entries: [String: Entry] = [:]
    /// Acknowledged facts, for the figure that the test prints.
    private(set) var count = 0

    /// A client is about to ask for `fact`.
    func begin(_ id: String, _ fact: CrashFact) {
        entries[id, default: Entry(known: .absent)].maybe = fact
        entries[id]?.revision += 1
    }

    /// It was acknowledged.
    func acknowledge(_ id: String, _ fact: CrashFact) {
        entries[id] = Entry(known: fact, revision: (entries[id]?.revision ?? 0) + 1)
        count += 1
    }

    func known(_ id: String) -> CrashFact? { entries[id]?.known }

    /// Why what is there contradicts what was acknowledged; nil when it does not. From then on it counts as known.
    ///
    /// - Parameter before: the entry before the server was asked. What is known since then may be newer than what was
    ///   seen; what was known then may not.
    func judge(_ id: String, _ seen: Observation, since before: Entry?, at now: Date) -> String? {
        guard let before, let entry = entries[id] else { return nil }
        guard before.revision == entry.revision else {
            // The worker has gone on, and what was seen is one of the states in between.
            return Self.isOlder(seen, than: before.known) ? "\(id) is \(seen) again, known: \(before.known)" : nil
        }
        let candidates = [entry.known] + (entry.maybe.map { [$0] } ?? [])
        guard let fact = candidates.first(where: { Self.fits($0, seen, at: now) }) else {
            return "\(id) is \(seen), known: \(entry.known), perhaps: \(entry.maybe.map { "\($0)" } ?? "nothing else")"
        }
        if seen.state == "absent" {
            entries[id] = nil
        } else {
            var known = fact
            if seen.state != "expired" { known.states = [seen.state] }
            known.progress =
                min(seen.progress, known.progress.upperBound)...max(seen.progress, known.progress.upperBound)
            entries[id] = Entry(known: known, revision: entry.revision + 1)
        }
        return nil
    }

    private static func isOlder(_ seen: Observation, than fact: CrashFact) -> Bool {
        let order = ["absent", "queued", "processing"]
        func place(_ state: String) -> Int { order.firstIndex(of: state) ?? order.count }
        let least = fact.states.map(place).min() ?? 0
        return place(seen.state) < least || seen.state != "absent" && seen.progress < fact.progress.lowerBound
    }

    private static func fits(_ fact: CrashFact, _ seen: Observation, at now: Date) -> Bool {
        if let expiry = fact.expiry {
            // The clocks are the same; a second for the sweep.
            if seen.state == "expired" { return now > expiry.addingTimeInterval(-0.1) }
            if now > expiry.addingTimeInterval(2) { return false }
        }
        guard fact.states.contains(seen.state) else { return false }
        if seen.state == "absent" { return true }
        guard seen.progress >= fact.progress.lowerBound, seen.progress <= fact.progress.upperBound else { return false }
        return fact.text == nil || seen.state != "failed" || seen.text == fact.text
    }
}
