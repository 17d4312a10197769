import Glibc
import Synchronization
import Testing

@testable import StatusCore

/// What a loop has been signalled, and not answered.
private final class Signals: Sendable {
    let outstanding = Atomic(0)
    let total = Atomic(0)
    /// How often a signal came while another was outstanding.
    let excess = Atomic(0)

    func signal() {
        total.add(1, ordering: .relaxed)
        if outstanding.exchange(1, ordering: .acquiringAndReleasing) != 0 { excess.add(1, ordering: .relaxed) }
    }

    /// Takes the signal, if there is one.
    func take() -> Bool { outstanding.exchange(0, ordering: .acquiringAndReleasing) != 0 }
}

extension Mailbox {
    /// The stripes that a drain visits which goes to the end.
    fileprivate func drainAll() -> [Int] {
        var stripes: [Int] = []
        drain {
            stripes.append($0)
            return true
        }
        return stripes
    }
}

@Suite("A mailbox")
struct MailboxTests {
    @Test("The loop is signalled once between two drains, however much is noted")
    func oneSignal() {
        let signals = Signals()
        let mailbox = Mailbox(MailboxIndex(0), stripeCount: 256) { signals.signal() }
        for _ in 0..<3 { for stripe in [200, 3, 64, 3] { mailbox.note(stripe) } }
        #expect(signals.total.load(ordering: .relaxed) == 1)
        #expect(mailbox.drainAll() == [3, 64, 200])
        #expect(mailbox.drainAll() == [])
        mailbox.note(3)
        #expect(signals.total.load(ordering: .relaxed) == 2)
    }

    @Test("What is noted is there when the signal comes")
    func drainInTheSignal() {
        let visited = Atomic(-1)
        // Set before the only thread that uses it goes on.
        nonisolated(unsafe) weak var itself: Mailbox?
        let mailbox = Mailbox(MailboxIndex(0), stripeCount: 256) {
            itself?.drain { stripe in
                visited.store(stripe, ordering: .relaxed)
                return true
            }
        }
        itself = mailbox
        mailbox.note(77)
        #expect(visited.load(ordering: .relaxed) == 77)
    }

    @Test("What is noted while the loop drains brings another signal")
    func noteWhileDraining() {
        let signals = Signals()
        let mailbox = Mailbox(MailboxIndex(0), stripeCount: 256) { signals.signal() }
        mailbox.note(100)
        #expect(signals.take())
        mailbox.drain { stripe in
            if stripe == 100 { for behind in [5, 100] { mailbox.note(behind) } }
            return true
        }
        #expect(signals.take() && signals.excess.load(ordering: .relaxed) == 0)
        #expect(mailbox.drainAll() == [5, 100])
    }

    @Test("A drain that stops signals again, and the next one goes on behind where it stopped")
    func stopping() {
        let signals = Signals()
        let mailbox = Mailbox(MailboxIndex(0), stripeCount: 8_192) { signals.signal() }
        let noted = [1, 2, 70, 5_000, 8_191]
        for stripe in noted { mailbox.note(stripe) }
        var visited: [Int] = []
        for _ in 0..<7 {
            #expect(signals.take())
            mailbox.drain {
                visited.append($0)
                return false
            }
        }
        #expect(visited == noted + [1, 2])
        #expect(signals.take() && signals.excess.load(ordering: .relaxed) == 0)
        #expect(mailbox.drainAll() == [70, 5_000, 8_191, 1, 2])
    }

    @Test("It visits what was noted and nothing else, wherever it begins", arguments: seeds, [1, 4, 64, 128, 65_536])
    func model(seed: UInt64, stripes: Int) {
        var generator = SeededGenerator(seed: seed)
        let mailbox = Mailbox(MailboxIndex(0), stripeCount: stripes) {}
        var model: Set<Int> = []
        for round in 0..<400 {
            for _ in 0..<Int.random(in: 0..<40, using: &generator) {
                // Half of them close together, so that they share words.
                let bound = Bool.random(using: &generator) ? stripes : min(stripes, 200)
                let stripe = Int.random(in: 0..<bound, using: &generator)
                mailbox.note(stripe)
                model.insert(stripe)
            }
            var left = Int.random(in: 1..<60, using: &generator)
            var isRight = true
            mailbox.drain { stripe in
                left -= 1
                if left > 0 { isRight = isRight && model.remove(stripe) != nil }
                return left > 0
            }
            isRight = isRight && (left <= 0 || model.isEmpty)
            #expect(isRight, "seed \(seed), \(stripes) stripes, round \(round)")
        }
        #expect(mailbox.drainAll().sorted() == model.sorted(), "seed \(seed), \(stripes) stripes")
    }

    @Test("Of a table's mailboxes those are told which a mask names")
    func several() {
        let mailboxes = Mailboxes(stripeCount: 4)
        let all = (0..<Limits.mailboxes).map { _ in mailboxes.make {} } + [mailboxes.makeCommitter {}]
        var mask = MailboxMask()
        for index in [0, 31, 63] { mask.insert(all[index].index) }
        mailboxes.note(mask, 2)
        #expect(all.indices.filter { all[$0].drainAll() == [2] } == [0, 31, 63])
    }

    @Test("A stripe beyond the table's, and a mailbox too many, are faults of the program")
    func faults() async {
        await #expect(processExitsWith: .failure) { Mailbox(MailboxIndex(0), stripeCount: 4) {}.note(4) }
        await #expect(processExitsWith: .failure) {
            let mailboxes = Mailboxes(stripeCount: 4)
            for _ in 0...Limits.mailboxes { _ = mailboxes.make {} }
        }
    }
}

/// A stripe as a table has it: jobs that are versions with a bit, and who watches them.
///
/// Sendable, because all of it is used under the lock.
private final class WatchedStripe: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    var list = WatchList()
    var versions: [UInt64]
    var isWatched: [Bool]

    init(jobs: Int) {
        versions = Array(repeating: 1, count: jobs)
        isWatched = Array(repeating: false, count: jobs)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func withLock<R>(_ body: (WatchedStripe) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(self)
    }
}

/// Runs `body` on threads of its own, and waits for all: they wait for each other, which tasks must not.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let threads = (0..<count).map { number in
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start { body(number) })
        let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
            Unmanaged<Start>.fromOpaque($0!).takeRetainedValue().body()
            return nil
        }
        precondition(pthread_create(&thread, nil, run, start.toOpaque()) == 0)
        return thread
    }
    for thread in threads { pthread_join(thread, nil) }
}

/// Writers that change jobs, and loops that watch them all, each on a thread of its own.
private final class Watching: Sendable {
    static let stripeCount = 8_192
    /// Few stripes, which share words of the set and do not, so that the threads meet.
    static let places = [0, 1, 2, 63, 64, 700, 4_095, 4_096, 8_191]
    static let jobs = 3
    static let limit = 5

    let stripes = places.map { _ in WatchedStripe(jobs: jobs) }
    let mailboxes = Mailboxes(stripeCount: stripeCount)
    let writing: Atomic<Int>
    let lost = Atomic(0)
    let signals: [Signals]

    init(writers: Int, loops: Int) {
        writing = Atomic(writers)
        signals = (0..<loops).map { _ in Signals() }
    }

    func write(seed: UInt64, changes: Int) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<changes {
            let place = Int.random(in: 0..<stripes.count, using: &generator)
            let job = Int.random(in: 0..<Self.jobs, using: &generator)
            let woken = stripes[place].withLock { stripe in
                stripe.versions[job] += 1
                guard stripe.isWatched[job] else { return MailboxMask() }
                stripe.isWatched[job] = false
                return stripe.list.wake(Slot(UInt32(job)))
            }
            mailboxes.note(woken, Self.places[place])
        }
        writing.subtract(1, ordering: .releasing)
    }

    /// Watches every job, two watchers each, and follows until nothing changes any more.
    func follow(_ mailbox: Mailbox, _ signals: Signals, seed: UInt64) {
        var loop = WatchingLoop(self, mailbox, SeededGenerator(seed: seed))
        for token in 0..<stripes.count * Self.jobs * 2 { loop.watch(token) }
        while true {
            // Read before the signal: who has finished writing has signalled whatever it has to.
            let isOver = writing.load(ordering: .acquiring) == 0
            if signals.take() {
                loop.drain()
            } else if isOver {
                break
            } else {
                sched_yield()
            }
        }
        lost.add(loop.countLost(), ordering: .relaxed)
    }
}

private struct WatchingLoop {
    let all: Watching
    let mailbox: Mailbox
    var generator: SeededGenerator
    var seen: [UInt64]
    var numbers: [WatchNumber?]
    var batch = WakeBatch()

    init(_ all: Watching, _ mailbox: Mailbox, _ generator: SeededGenerator) {
        self.all = all
        self.mailbox = mailbox
        self.generator = generator
        let count = all.stripes.count * Watching.jobs * 2
        seen = Array(repeating: 0, count: count)
        numbers = Array(repeating: nil, count: count)
    }

    func place(_ token: Int) -> (stripe: WatchedStripe, job: Int) {
        (all.stripes[token / 2 / Watching.jobs], token / 2 % Watching.jobs)
    }

    mutating func watch(_ token: Int) {
        let (stripe, job) = place(token)
        (seen[token], numbers[token]) = stripe.withLock { stripe in
            stripe.isWatched[job] = true
            return (stripe.versions[job], stripe.list.add(Slot(UInt32(job)), mailbox.index, token: UInt64(token)))
        }
    }

    /// Reads what the watcher waits for; now and then it goes, and another one comes.
    mutating func look(_ token: Int) {
        let (stripe, job) = place(token)
        if Int.random(in: 0..<8, using: &generator) == 0 {
            _ = stripe.withLock { $0.list.remove(numbers[token]!) }
            watch(token)
        } else {
            seen[token] = stripe.withLock { $0.versions[job] }
        }
    }

    mutating func drain() {
        var left = Watching.limit
        var tokens: [UInt64] = []
        mailbox.drain { place in
            let stripe = all.stripes[Watching.places.firstIndex(of: place)!]
            batch.removeAll()
            let hasMore = stripe.withLock { stripe in
                let hasMore = stripe.list.take(mailbox.index, limit: left, into: &batch)
                for slot in batch.slots { stripe.isWatched[Int(slot.rawValue)] = true }
                return hasMore
            }
            tokens += batch.tokens
            left -= batch.tokens.count
            return !hasMore && left > 0
        }
        for token in tokens { look(Int(token)) }
    }

    /// How many watchers have not seen the last version of their job.
    func countLost() -> Int {
        seen.indices.count { token in
            let (stripe, job) = place(token)
            return seen[token] != stripe.withLock { $0.versions[job] }
        }
    }
}

/// Writers that each put a stripe of their own into a set and wait until it was taken, so that every single one
/// matters, and a reader that takes all the time.
private final class Rallying: Sendable {
    static let stripes = [5, 6, 70]

    final class Counter: Sendable {
        let value = Atomic(0)
        var now: Int { value.load(ordering: .acquiring) }
        func add() { value.add(1, ordering: .releasing) }
    }

    let set = StripeSet(count: 128)
    let inserted = stripes.map { _ in Counter() }
    /// The last round of each writer that the reader has seen.
    let seen = stripes.map { _ in Counter() }
    let passes = Counter()
    let lost = Counter()
    let writing: Atomic<Int>

    init(writers: Int) { writing = Atomic(writers) }

    func write(_ writer: Int, rounds: Int) {
        for round in 1...rounds {
            inserted[writer].add()
            set.insert(Self.stripes[writer])
            // What a pass does not find that has begun after the insertion is never found.
            let before = passes.now
            var spins = 0
            while seen[writer].now < round, passes.now < before + 2 {
                spins += 1
                if spins % 256 == 0 { sched_yield() }
            }
            if seen[writer].now < round {
                lost.add()
                break
            }
        }
        writing.subtract(1, ordering: .releasing)
    }

    func read() {
        while writing.load(ordering: .acquiring) > 0 {
            _ = set.take(from: 6) { stripe in
                let writer = Self.stripes.firstIndex(of: stripe)!
                seen[writer].value.store(inserted[writer].now, ordering: .releasing)
                return true
            }
            passes.add()
        }
    }
}

@Suite("Watching on many threads")
struct WatchingStressTests {
    @Test("Of the stripes in a set not a single one is lost", arguments: [1, 2, 3])
    func everyStripe(writers: Int) {
        let all = Rallying(writers: writers)
        onThreads(writers + 1) { thread in
            if thread < writers { all.write(thread, rounds: 5_000) } else { all.read() }
        }
        #expect(all.lost.now == 0)
    }

    @Test(
        "Every watcher sees the last version of its job, and no loop is signalled twice between two drains",
        arguments: [(writers: 1, loops: 1), (writers: 2, loops: 1), (writers: 1, loops: 2), (writers: 2, loops: 2)]
    )
    func nothingIsLost(writers: Int, loops: Int) {
        let all = Watching(writers: writers, loops: loops)
        let boxes = all.signals.map { signals in all.mailboxes.make { signals.signal() } }
        onThreads(writers + loops) { thread in
            if thread < writers {
                all.write(seed: UInt64(thread), changes: 20_000)
            } else {
                all.follow(boxes[thread - writers], all.signals[thread - writers], seed: UInt64(thread))
            }
        }
        #expect(all.lost.load(ordering: .relaxed) == 0)
        for signals in all.signals { #expect(signals.excess.load(ordering: .relaxed) == 0) }
    }
}
