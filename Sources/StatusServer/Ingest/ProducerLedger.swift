import NIOCore
import StatusCore

/// By what a worker is known from one stream to the next. The same name of two tenants means two producers.
struct ProducerKey: Hashable, Sendable {
    let tenant: TenantID
    /// At most 64 bytes, never empty.
    let name: String
}

/// What is kept of a producer, for as long as it may come back: all that a later start of the server would need to
/// resume it.
struct ProducerRecord: Equatable, Sendable {
    /// The epoch of its newest stream.
    let epoch: UInt64
    /// The epoch that the hello of that stream named, and the number that it began with: by the two a hello is told
    /// apart from an earlier or a later one of the same worker, when the welcome between them was lost.
    let named: UInt64
    let first: UInt64
    /// Up to where the producer's items are applied or refused: a number of its newest stream once that has applied
    /// one, until then what was inherited from the stream before; 0 for nothing.
    fileprivate(set) var applied: UInt64
}

/// A hello's wish to be the producer's only stream.
struct ProducerClaim: Sendable {
    let key: ProducerKey
    /// The stream that said hello.
    let owner: OwnerID
    /// The epoch that it names; 0 for a fresh start.
    let named: UInt64
    /// The number of its first item.
    let first: UInt64
}

/// What a claim that is granted brings.
struct ProducerGrant: Equatable, Sendable {
    /// The stream's own epoch, greater than any that its producer had before.
    let epoch: UInt64
    /// The former stream's watermark, where that stream is known and its numbers do not meet the new ones.
    let resumed: UInt64?
}

/// Which stream speaks for each producer, and where the last one ended. The rules are those of section 9 of the
/// specification; time and locks are the caller's.
///
/// A record comes with ``restore(_:_:at:)`` and changes in ``grant(_:applied:)`` and ``release(_:by:applied:at:)``, and
/// nowhere else.
struct ProducerLedger {
    /// How a claim stands to what is known.
    enum Judgement: Equatable {
        /// Whoever claims is of the past: a newer stream has been granted to somebody else.
        case isZombie
        /// It takes over; with the watermark where it resumes.
        case takesOver(resumed: UInt64?)
    }

    private struct Entry {
        var record: ProducerRecord
        /// The stream that lives.
        var holder: OwnerID?
        /// When the last stream ended, in monotonic milliseconds.
        var endedAt: Int64 = 0
    }

    private let capacity: Int
    /// The last epoch that was given out.
    private var epoch: UInt64
    private var entries: [ProducerKey: Entry] = [:]
    /// How many of them have no stream that lives.
    private var waiting = 0
    /// Producers in the order in which their streams ended; entries whose producer has come back since are stale.
    private var ended = CircularBuffer<(key: ProducerKey, epoch: UInt64)>()

    /// - Parameters:
    ///   - epoch: every epoch is greater than this.
    ///   - capacity: of how many producers without a stream records are kept.
    init(after epoch: UInt64, capacity: Int = Limits.producers) {
        self.epoch = epoch
        self.capacity = capacity
    }

    /// Of how many producers something is kept.
    var count: Int { entries.count }

    /// What is kept of a producer.
    func record(of key: ProducerKey) -> ProducerRecord? { entries[key]?.record }

    /// The producer's stream that lives.
    func holder(of key: ProducerKey) -> OwnerID? { entries[key]?.holder }

    /// Takes over what an earlier process knew of a producer, which has no stream here yet. Call it for the producer
    /// heard of longest ago first.
    mutating func restore(_ key: ProducerKey, _ record: ProducerRecord, at now: Instant) {
        guard entries[key] == nil else { return }
        entries[key] = Entry(record: record, endedAt: now.monotonic)
        // The clock may have been set back since that epoch was given out.
        epoch = max(epoch, record.epoch)
        waiting += 1
        ended.append((key, record.epoch))
        giveUp(at: now)
    }

    /// The next epoch, for a stream without a producer too.
    mutating func makeEpoch() -> UInt64 {
        epoch += 1
        return epoch
    }

    /// Compares a claim with the producer's newest stream.
    ///
    /// A worker whose welcome was lost names the epoch before the newest, through no fault of its own. It is told from
    /// a zombie by its numbers, which only ever grow: its hello begins above the hello that was answered by the lost
    /// welcome, and above everything that was applied behind that.
    ///
    /// - Parameter applied: the watermark of the newest stream where that lives; nil to go by the record.
    func judge(_ claim: ProducerClaim, applied: UInt64? = nil) -> Judgement {
        guard claim.named != 0, let record = entries[claim.key]?.record else { return .takesOver(resumed: nil) }
        let applied = applied ?? record.applied
        if claim.named == record.epoch {
            // Numbers that were used already would make the watermark ambiguous.
            return .takesOver(resumed: claim.first > applied ? applied : nil)
        }
        if claim.named == record.named, claim.first > max(record.first, applied) {
            return .takesOver(resumed: applied)
        }
        // An epoch above the newest is not of this ledger's making.
        return claim.named < record.epoch ? .isZombie : .takesOver(resumed: nil)
    }

    /// Makes the claiming stream the producer's newest; nil for a zombie.
    mutating func grant(_ claim: ProducerClaim, applied: UInt64? = nil) -> ProducerGrant? {
        guard case .takesOver(let resumed) = judge(claim, applied: applied) else { return nil }
        let epoch = makeEpoch()
        let record = ProducerRecord(epoch: epoch, named: claim.named, first: claim.first, applied: resumed ?? 0)
        if let before = entries[claim.key], before.holder == nil { waiting -= 1 }
        entries[claim.key] = Entry(record: record, holder: claim.owner)
        return ProducerGrant(epoch: epoch, resumed: resumed)
    }

    /// Notes that the producer's stream has ended, and where. Without effect when another stream has taken over.
    mutating func release(_ key: ProducerKey, by owner: OwnerID, applied: UInt64, at now: Instant) {
        guard var entry = entries[key], entry.holder == owner else { return }
        entry.holder = nil
        entry.record.applied = applied
        entry.endedAt = now.monotonic
        entries[key] = entry
        waiting += 1
        ended.append((key, entry.record.epoch))
        giveUp(at: now)
    }

    /// Gives up what is too old or too much, oldest first.
    private mutating func giveUp(at now: Instant) {
        while let oldest = ended.first {
            if let entry = entries[oldest.key], isWaiting(entry, oldest.epoch) {
                if waiting <= capacity, now.monotonic - entry.endedAt < Limits.producerMemory { break }
                entries[oldest.key] = nil
                waiting -= 1
            }
            ended.removeFirst()
        }
        guard ended.count > 2 * capacity else { return }
        // One producer that comes and goes all the time must not make the queue grow behind one that stays away.
        let kept = ended.filter { oldest in entries[oldest.key].map { isWaiting($0, oldest.epoch) } ?? false }
        ended = CircularBuffer(kept)
    }

    private func isWaiting(_ entry: Entry, _ epoch: UInt64) -> Bool {
        entry.holder == nil && entry.record.epoch == epoch
    }
}
