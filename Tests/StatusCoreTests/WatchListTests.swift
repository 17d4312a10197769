import Testing

@testable import StatusCore

/// A watch list and plain collections, called alike at random.
private struct WatchModel: ~Copyable {
    /// The watchers of a slot that share a mailbox, in the order in which they are woken.
    struct Group {
        var slot: UInt32?
        let mailbox: Int
        var waiting: [UInt64] = []
        var pending: [UInt64] = []
    }

    var list = WatchList(limit: 3_000)
    var generator: SeededGenerator
    var groups: [Int: Group] = [:]
    /// The groups that have something pending, for each mailbox.
    var queues: [[Int]] = Array(repeating: [], count: Self.mailboxes.count)
    var numbers: [UInt64: WatchNumber] = [:]
    /// Who is there, to choose from.
    var tokens: [UInt64] = []
    var lastToken: UInt64 = 0
    var lastGroup = 0
    let slots: Int
    static let mailboxes = [0, 1, 17, 63]

    init(seed: UInt64, slots: Int) {
        generator = SeededGenerator(seed: seed)
        self.slots = slots
    }

    mutating func random(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    func groups(of slot: UInt32) -> [Int] { groups.filter { $0.value.slot == slot }.map(\.key) }

    mutating func add() {
        let slot = UInt32(random(slots))
        let mailbox = random(Self.mailboxes.count)
        lastToken += 1
        let number = list.add(Slot(slot), MailboxIndex(Self.mailboxes[mailbox]), token: lastToken)
        guard tokens.count < 3_000 else {
            #expect(number == nil)
            return
        }
        let found = groups.first { $0.value.slot == slot && $0.value.mailbox == mailbox }?.key
        let group = found ?? lastGroup + 1
        if found == nil {
            lastGroup += 1
            groups[group] = Group(slot: slot, mailbox: mailbox)
        }
        if groups[group]!.pending.isEmpty {
            groups[group]!.waiting.append(lastToken)
        } else {
            groups[group]!.pending.append(lastToken)
        }
        numbers[lastToken] = number
        tokens.append(lastToken)
        #expect(number != nil)
    }

    mutating func remove() {
        guard !tokens.isEmpty else { return }
        let token = tokens.remove(at: random(tokens.count))
        let group = groups.first { $0.value.waiting.contains(token) || $0.value.pending.contains(token) }!.key
        let slot = groups[group]!.slot
        groups[group]!.waiting.removeAll { $0 == token }
        groups[group]!.pending.removeAll { $0 == token }
        if groups[group]!.pending.isEmpty { queues[groups[group]!.mailbox].removeAll { $0 == group } }
        if groups[group]!.waiting.isEmpty, groups[group]!.pending.isEmpty { groups[group] = nil }
        let number = numbers.removeValue(forKey: token)!
        let abandoned = list.remove(number)
        let expected = slot.flatMap { groups(of: $0).isEmpty ? Slot($0) : nil }
        #expect(abandoned == expected)
        let again = list.remove(number)
        #expect(again == nil)
    }

    mutating func wake(andDetach detaches: Bool) {
        let slot = UInt32(random(slots))
        var expected = MailboxMask()
        for group in groups(of: slot) {
            if detaches { groups[group]!.slot = nil }
            guard !groups[group]!.waiting.isEmpty else { continue }
            let mailbox = groups[group]!.mailbox
            expected.insert(MailboxIndex(Self.mailboxes[mailbox]))
            if groups[group]!.pending.isEmpty { queues[mailbox].append(group) }
            groups[group]!.pending += groups[group]!.waiting
            groups[group]!.waiting = []
        }
        let woken = detaches ? list.detach(Slot(slot)) : list.wake(Slot(slot))
        #expect(woken == expected)
        let again = list.wake(Slot(slot))
        #expect(again.isEmpty)
    }

    mutating func take() {
        let mailbox = random(Self.mailboxes.count)
        let limit = random(12)
        var expected: [UInt64] = []
        var slots: [Slot] = []
        while expected.count < limit, let group = queues[mailbox].first {
            let taken = Array(groups[group]!.pending.prefix(limit - expected.count))
            expected += taken
            groups[group]!.pending.removeFirst(taken.count)
            groups[group]!.waiting += taken
            queues[mailbox].removeFirst()
            if !groups[group]!.pending.isEmpty { queues[mailbox].append(group) }
            if let slot = groups[group]!.slot { slots.append(Slot(slot)) }
        }
        var batch = WakeBatch()
        let hasMore = list.take(MailboxIndex(Self.mailboxes[mailbox]), limit: limit, into: &batch)
        #expect(batch.tokens == expected)
        #expect(batch.slots == slots)
        #expect(hasMore == !queues[mailbox].isEmpty)
    }
}

@Suite("The watch list")
struct WatchListTests {
    private let loop = MailboxIndex(0)

    @Test("Any sequence of calls has the same outcome as with plain collections", arguments: seeds, [1, 8, 400])
    func model(seed: UInt64, slots: Int) {
        var model = WatchModel(seed: seed, slots: slots)
        for step in 0..<6_000 {
            // It grows for a while, then shrinks to nothing, and again.
            let adds = step / 1_500 % 2 == 0 ? 5 : 1
            switch model.random(16) {
            case ..<adds: model.add()
            case ..<6: model.remove()
            case ..<10: model.wake(andDetach: false)
            case 10: if model.random(8) == 0 { model.wake(andDetach: true) }
            default: model.take()
            }
            let isInStep = model.list.count == model.tokens.count
            let isSmall = model.list.bytes <= 256 * model.tokens.count + 256
            #expect(isInStep && isSmall, "seed \(seed), \(slots) slots, step \(step)")
            if !isInStep { return }
        }
        while !model.tokens.isEmpty { model.remove() }
        let bytes = model.list.bytes
        #expect(bytes == 0)
    }

    @Test("However many updates come, a watcher is woken once until it was taken")
    func onceUntilTaken() {
        var list = WatchList()
        _ = list.add(Slot(7), loop, token: 70)
        let first = list.wake(Slot(7))
        let second = list.wake(Slot(7))
        #expect(first.contains(loop) && second.isEmpty)
        var batch = WakeBatch()
        let hasMore = list.take(loop, limit: 10, into: &batch)
        #expect(batch.tokens == [70] && batch.slots == [Slot(7)] && !hasMore)
        let third = list.wake(Slot(7))
        #expect(third.contains(loop))
    }

    @Test("A change in the middle of waking many wakes those again that were taken, and each once")
    func changeInTheMiddle() {
        var list = WatchList()
        for token in UInt64(1)...5 { _ = list.add(Slot(1), loop, token: token) }
        _ = list.wake(Slot(1))
        var batch = WakeBatch()
        let hasMore = list.take(loop, limit: 2, into: &batch)
        #expect(hasMore && batch.tokens == [1, 2] && batch.slots == [Slot(1)])
        let woken = list.wake(Slot(1))
        #expect(woken.contains(loop))
        batch.removeAll()
        _ = list.take(loop, limit: 10, into: &batch)
        #expect(batch.tokens == [3, 4, 5, 1, 2])
    }

    @Test("A job with very many watchers, changing all the time, holds up no other")
    func fairness() {
        var list = WatchList()
        for token in UInt64(0)..<1_000 { _ = list.add(Slot(1), loop, token: token) }
        _ = list.add(Slot(2), loop, token: 5_000)
        var batch = WakeBatch()
        var takes = 0
        _ = list.wake(Slot(1))
        _ = list.wake(Slot(2))
        while !batch.tokens.contains(5_000) {
            _ = list.take(loop, limit: 10, into: &batch)
            _ = list.wake(Slot(1))
            takes += 1
        }
        #expect(takes == 2)
    }

    @Test("The watchers of a job that is gone are woken once more, and are no watchers of the next job in its slot")
    func gone() {
        var list = WatchList()
        let old = list.add(Slot(3), loop, token: 1)!
        let woken = list.detach(Slot(3))
        let isWatched = list.hasWatchers(Slot(3))
        #expect(woken.contains(loop) && !isWatched)
        let new = list.add(Slot(3), loop, token: 2)!
        var batch = WakeBatch()
        _ = list.take(loop, limit: 10, into: &batch)
        #expect(batch.tokens == [1] && batch.slots.isEmpty)
        _ = list.wake(Slot(3))
        batch.removeAll()
        _ = list.take(loop, limit: 10, into: &batch)
        #expect(batch.tokens == [2])
        let abandonedByOld = list.remove(old)
        let abandonedByNew = list.remove(new)
        #expect(abandonedByOld == nil && abandonedByNew == Slot(3))
    }

    @Test("There is a bound, and whoever goes makes room")
    func bound() {
        var list = WatchList(limit: 2)
        let first = list.add(Slot(0), loop, token: 1)
        let second = list.add(Slot(0), loop, token: 2)
        let third = list.add(Slot(0), loop, token: 3)
        #expect(first != nil && second != nil && third == nil)
        list.remove(first!)
        let fourth = list.add(Slot(0), loop, token: 4)
        #expect(fourth != nil)
    }
}

@Suite("The memory of the watch list")
struct WatchListMemoryTests {
    /// What a watcher may take, by the budget of the design.
    private let budget = 256
    /// malloc leaves a rest that is too small to be a block of its own, 16 bytes, with the block before it, and an
    /// array counts it as room: an element more in each of the three, however many there are.
    private let rest = MemoryLayout<WatchList.Watcher>.stride + MemoryLayout<WatchList.Group>.stride + 4

    @Test("An entry takes 32 bytes, and a group of them 28")
    func layout() {
        #expect(MemoryLayout<WatchList.Watcher>.stride == 32)
        #expect(MemoryLayout<WatchList.Group>.stride == 28)
    }

    @Test("Each with a job of its own, all pending: never above the budget, growing or shrinking", arguments: seeds)
    func ownJobs(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var list = WatchList()
        var numbers: [WatchNumber] = []
        var worst = 0
        for slot in UInt32(0)..<20_000 {
            numbers.append(list.add(Slot(slot), MailboxIndex(Int(slot % 4)), token: 0)!)
            _ = list.wake(Slot(slot))
            worst = max(worst, list.bytes - budget * numbers.count)
        }
        numbers.shuffle(using: &generator)
        while let number = numbers.popLast() {
            list.remove(number)
            worst = max(worst, list.bytes - budget * numbers.count)
        }
        let bytes = list.bytes
        #expect(worst <= rest, "\(worst) bytes above the budget, seed \(seed)")
        #expect(bytes == 0)
    }

    @Test("All with one job: less than half of the budget")
    func oneJob() {
        var list = WatchList()
        var worst = 0
        for count in 1...20_000 {
            _ = list.add(Slot(9), MailboxIndex(count % 4), token: 0)
            if count >= 16 { worst = max(worst, list.bytes / count) }
        }
        #expect(worst <= budget / 2)
    }

    @Test("Watchers that come and go among few that stay leave nothing behind")
    func churn() {
        var list = WatchList()
        for slot in UInt32(0)..<10 { _ = list.add(Slot(slot), loop(slot), token: 0) }
        var worst = 0
        for slot in UInt32(10)..<50_000 {
            let number = list.add(Slot(slot), loop(slot), token: 0)!
            worst = max(worst, list.bytes)
            list.remove(number)
        }
        #expect(worst <= budget * 11)
    }

    private func loop(_ slot: UInt32) -> MailboxIndex { MailboxIndex(Int(slot) % Limits.mailboxes) }
}
