import Testing

@testable import StatusCore

@Suite("Tombstones")
struct TombstoneTests {
    private static let day: Int64 = 86_400_000
    private static let start: Int64 = 1_800_000_000_000

    @Test("They are known for their time, and the oldest are given up first", arguments: seeds)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let capacity = 3_000
        var stones = Tombstones(capacity: capacity, lifetime: Self.day)
        var model: [(hash: UInt64, at: Int64)] = []
        var now = Self.start
        for round in 0..<30_000 {
            let fills = round / 5_000 % 2 == 0
            now += Int64.random(in: 0...(fills ? 10 : 100_000), using: &generator)
            if Int.random(in: 0..<10, using: &generator) < (fills ? 9 : 2) {
                let hash = generator.next()
                #expect(stones.set(hash, expiredAt: now) == (model.count == capacity))
                if model.count == capacity { model.removeFirst() }
                model.append((hash, now))
            }
            if !fills {
                let given = stones.giveUp(at: now, limit: 5)
                let due = model.prefix(5).prefix { $0.at + Self.day <= now }.count
                #expect(given == due)
                model.removeFirst(due)
            }
            #expect(stones.count == model.count)
            let unknown = generator.next()
            #expect(!stones.holds(unknown) && stones.expiredAt(unknown, now: now) == nil)
            guard let one = model.randomElement(using: &generator) else { continue }
            #expect(stones.holds(one.hash) == true)
            #expect(stones.expiredAt(one.hash, now: now) == (one.at + Self.day > now ? one.at : nil))
        }
        for one in model { #expect(stones.holds(one.hash) == true) }
        #expect(stones.giveUp(at: .max / 2, limit: .max) == model.count)
        for one in model { #expect(stones.holds(one.hash) == false) }
    }

    @Test("Without room nothing is remembered")
    func noRoom() {
        var stones = Tombstones(capacity: 0, lifetime: Self.day)
        let isForgotten = stones.set(1, expiredAt: Self.start)
        #expect(isForgotten && stones.count == 0 && !stones.holds(1))
    }

    @Test("Of two under one hash the one whose time is not over counts")
    func namesakes() {
        var stones = Tombstones(capacity: 10, lifetime: Self.day)
        _ = stones.set(5, expiredAt: Self.start)
        let now = Self.start + Self.day + 7
        let first = stones.expiredAt(5, now: now)
        _ = stones.set(5, expiredAt: now)
        #expect(first == nil && stones.expiredAt(5, now: now) == now)
        let given = stones.giveUp(at: now, limit: 10)
        #expect(given == 1 && stones.expiredAt(5, now: now) == now)
    }

    @Test("Times from 1970 to 2109 are kept to the millisecond, others as the nearest of these")
    func times() {
        var stones = Tombstones(capacity: 10, lifetime: .max / 2)
        let last: Int64 = 1 << 42 - 1
        for (hash, time) in [(1, 0), (2, 1_023), (3, 1_024), (4, Self.start + 1), (5, last), (6, -7), (7, last + 9)] {
            _ = stones.set(UInt64(hash), expiredAt: Int64(time))
            #expect(stones.expiredAt(UInt64(hash), now: 0) == min(max(0, Int64(time)), last))
        }
    }

    @Test("From 20,000 on they take at most 24 bytes each at any number, and give back what they took")
    func memory() {
        // Up to twice the share that a stripe of 256 has of ten million.
        let most = 2 * 39_063
        var generator = SeededGenerator(seed: 1)
        var stones = Tombstones(capacity: most, lifetime: Self.day)
        var worst = 0.0
        for number in 1...most {
            _ = stones.set(generator.next(), expiredAt: Self.start)
            if number > 20_000 { worst = max(worst, Double(stones.bytes) / Double(number)) }
        }
        for _ in 1...most { _ = stones.set(generator.next(), expiredAt: Self.start) }
        #expect(stones.count == most)
        #expect(Double(stones.bytes) / Double(most) < 24, "after each was replaced by another")
        for number in (1..<most).reversed() {
            _ = stones.giveUp(at: .max / 2, limit: 1)
            if number > 20_000 { worst = max(worst, Double(stones.bytes) / Double(number)) }
        }
        #expect(worst < 24)
        _ = stones.giveUp(at: .max / 2, limit: 1)
        #expect(stones.bytes < 32_768)
    }
}

@Suite("A queue in chunks")
struct ChunkedQueueTests {
    @Test("It gives back in order what was put in", arguments: seeds)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = ChunkedQueue<UInt64>()
        var model: [UInt64] = []
        var gone = 0
        for round in 0..<20_000 {
            let grows = round / 4_000 % 2 == 0 ? 2 : 1
            if Int.random(in: 0..<3, using: &generator) < grows {
                let value = generator.next()
                queue.append(value)
                model.append(value)
            } else {
                let value = queue.takeFirst()
                #expect(value == (gone == model.count ? nil : model[gone]))
                gone = min(gone + 1, model.count)
            }
            #expect(queue.count == model.count - gone)
        }
        #expect((0..<queue.count).map { queue[$0] } == Array(model[gone...]))
    }

    @Test("It outlives its pages of chunks")
    func pages() {
        var queue = ChunkedQueue<UInt32>()
        var taken: UInt32 = 0
        for number in 0..<700_000 as Range<UInt32> {
            queue.append(number)
            guard number % 3 == 0 else { continue }
            if queue.takeFirst() == taken { taken += 1 }
        }
        let isInOrder = queue[0] == taken && queue[queue.count - 1] == 699_999
        #expect(taken == 233_334 && isInOrder)
        while let number = queue.takeFirst(), number == taken { taken += 1 }
        #expect(taken == 700_000 && queue.count == 0)
        queue.append(5)
        let last = queue.takeFirst()
        #expect(last == 5)
    }
}
