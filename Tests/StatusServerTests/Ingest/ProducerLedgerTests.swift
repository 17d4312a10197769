import StatusCore
import Testing

@testable import StatusServer

/// The rules of the specification's section 9, without streams.
@Suite("Which stream speaks for a producer", .tags(.unit009))
struct ProducerLedgerTests {
    private static let key = ProducerKey(tenant: .sole, name: "p")

    private func claim(
        _ named: UInt64,
        first: UInt64,
        by owner: UInt32,
        key: ProducerKey = Self.key
    ) -> ProducerClaim {
        ProducerClaim(key: key, owner: OwnerID(owner), named: named, first: first)
    }

    private func at(_ milliseconds: Int64) -> Instant { Instant(wall: milliseconds, monotonic: milliseconds) }

    /// A ledger in which stream 1 was granted epoch 11 and ended at number 20.
    private func ended() -> ProducerLedger {
        var ledger = ProducerLedger(after: 10)
        _ = ledger.grant(claim(0, first: 1, by: 1))
        ledger.release(Self.key, by: OwnerID(1), applied: 20, at: at(0))
        return ledger
    }

    @Test("The newest epoch takes over and resumes where the last stream ended")
    func newest() {
        var ledger = ended()
        #expect(ledger.grant(claim(11, first: 21, by: 2)) == ProducerGrant(epoch: 12, resumed: 20))
        #expect(ledger.holder(of: Self.key) == OwnerID(2))
    }

    @Test("What a stream inherited stays the watermark until it has applied an item of its own")
    func inherited() {
        var ledger = ended()
        _ = ledger.grant(claim(11, first: 50, by: 2))
        #expect(ledger.record(of: Self.key)?.applied == 20)
        ledger.release(Self.key, by: OwnerID(2), applied: 20, at: at(1))
        #expect(ledger.grant(claim(12, first: 50, by: 3)) == ProducerGrant(epoch: 13, resumed: 20))
    }

    @Test("What an earlier process knew counts as if it were known here, and later epochs are greater")
    func restored() {
        var ledger = ProducerLedger(after: 5)
        let record = ProducerRecord(epoch: 11, named: 10, first: 1, applied: 20)
        ledger.restore(Self.key, record, at: at(0))
        #expect(ledger.judge(claim(9, first: 50, by: 1)) == .isZombie)
        #expect(ledger.grant(claim(11, first: 21, by: 1)) == ProducerGrant(epoch: 12, resumed: 20))
        // A day later nothing is known of one that has not come back.
        var other = ProducerLedger(after: 5)
        other.restore(Self.key, record, at: at(0))
        let late = ProducerKey(tenant: .sole, name: "late")
        other.restore(late, record, at: at(Limits.producerMemory))
        #expect(other.count == 1 && other.record(of: late) == record)
    }

    @Test("Numbers that were used already, and a fresh start, take over without resuming")
    func fresh() {
        var ledger = ended()
        #expect(ledger.judge(claim(11, first: 20, by: 2)) == .takesOver(resumed: nil))
        #expect(ledger.grant(claim(0, first: 100, by: 2)) == ProducerGrant(epoch: 12, resumed: nil))
        #expect(ledger.record(of: Self.key)?.applied == 0)
        #expect(ledger.judge(claim(11, first: 101, by: 3)) == .isZombie)
    }

    @Test("An epoch that is not of this process's making takes over without resuming")
    func unknown() {
        let ledger = ended()
        #expect(ledger.judge(claim(12, first: 100, by: 2)) == .takesOver(resumed: nil))
        #expect(ProducerLedger(after: 0).judge(claim(7, first: 1, by: 1)) == .takesOver(resumed: nil))
    }

    @Test("A worker whose welcome was lost, and lost again, comes back with the epoch that it knows")
    func lostWelcome() {
        var ledger = ended()
        #expect(ledger.grant(claim(11, first: 21, by: 2))?.epoch == 12)
        ledger.release(Self.key, by: OwnerID(2), applied: 23, at: at(1))
        #expect(ledger.grant(claim(11, first: 24, by: 3)) == ProducerGrant(epoch: 13, resumed: 23))
        #expect(ledger.grant(claim(11, first: 25, by: 4), applied: 23) == ProducerGrant(epoch: 14, resumed: 23))
    }

    @Test("A hello that was overtaken by a later one of the same worker is late, and a zombie")
    func overtaken() {
        var ledger = ended()
        _ = ledger.grant(claim(11, first: 30, by: 2))
        #expect(ledger.judge(claim(11, first: 21, by: 3)) == .isZombie)
        #expect(ledger.judge(claim(11, first: 30, by: 3)) == .isZombie)
    }

    @Test("Who names the former epoch but not above what was applied since is another one, and a zombie")
    func otherInstance() {
        var ledger = ended()
        _ = ledger.grant(claim(11, first: 21, by: 2))
        #expect(ledger.judge(claim(11, first: 40, by: 3), applied: 40) == .isZombie)
        ledger.release(Self.key, by: OwnerID(2), applied: 40, at: at(1))
        #expect(ledger.judge(claim(11, first: 40, by: 3)) == .isZombie)
        #expect(ledger.judge(claim(11, first: 41, by: 3)) == .takesOver(resumed: 40))
    }

    @Test("The epoch before the former one is a zombie's, whatever its numbers")
    func older() {
        var ledger = ended()
        _ = ledger.grant(claim(11, first: 21, by: 2))
        _ = ledger.grant(claim(12, first: 31, by: 3))
        #expect(ledger.judge(claim(11, first: 1_000, by: 4)) == .isZombie)
        #expect(ledger.grant(claim(11, first: 1_000, by: 4)) == nil)
        #expect(ledger.holder(of: Self.key) == OwnerID(3))
    }

    @Test("The end of a stream that was displaced changes nothing")
    func displaced() {
        var ledger = ended()
        _ = ledger.grant(claim(11, first: 21, by: 2))
        _ = ledger.grant(claim(12, first: 31, by: 3), applied: 25)
        ledger.release(Self.key, by: OwnerID(2), applied: 30, at: at(1))
        #expect(ledger.holder(of: Self.key) == OwnerID(3))
        #expect(ledger.record(of: Self.key)?.applied == 25)
    }

    @Test("The same name of two tenants means two producers")
    func tenants() {
        var ledger = ended()
        let other = ProducerKey(tenant: TenantID(1), name: "p")
        #expect(ledger.judge(claim(11, first: 21, by: 2, key: other)) == .takesOver(resumed: nil))
        _ = ledger.grant(claim(0, first: 1, by: 2, key: other))
        #expect(ledger.judge(claim(11, first: 21, by: 3)) == .takesOver(resumed: 20))
    }

    @Test("After a day nothing is kept of a producer; one that lives is kept as long as it lives")
    func old() {
        var ledger = ended()
        let living = ProducerKey(tenant: .sole, name: "living")
        let last = ProducerKey(tenant: .sole, name: "last")
        _ = ledger.grant(claim(0, first: 1, by: 2, key: living))
        _ = ledger.grant(claim(0, first: 1, by: 3, key: last))
        ledger.release(last, by: OwnerID(3), applied: 1, at: at(Limits.producerMemory - 1))
        #expect(ledger.count == 3)
        _ = ledger.grant(claim(0, first: 1, by: 3, key: last))
        ledger.release(last, by: OwnerID(3), applied: 1, at: at(Limits.producerMemory))
        #expect(ledger.record(of: Self.key) == nil)
        #expect(ledger.count == 2)
    }

    @Test("Of too many producers the one that has been away for longest is given up, however often others come back")
    func bounded() {
        var ledger = ProducerLedger(after: 0, capacity: 3)
        func name(_ number: Int) -> ProducerKey { ProducerKey(tenant: .sole, name: "\(number)") }
        func visit(_ number: Int) {
            _ = ledger.grant(claim(0, first: 1, by: 1, key: name(number)))
            ledger.release(name(number), by: OwnerID(1), applied: 1, at: at(0))
        }
        for number in [0, 1, 2] { visit(number) }
        for _ in 0..<20 { visit(2) }
        #expect(ledger.count == 3)
        visit(3)
        #expect(ledger.count == 3)
        #expect(ledger.record(of: name(0)) == nil)
        #expect(ledger.record(of: name(1)) != nil)
    }
}
