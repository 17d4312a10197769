import Testing

@testable import HTTP2

@Suite struct SendQueueTests {
    private func take(_ queue: inout SendQueue, _ limit: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = limit > 0 ? queue.take(into: buffer.baseAddress!, limit: limit) : 0
        }
    }

    @Test("What goes in comes out, in order, against an array as the model", arguments: 0..<20 as Range<UInt64>)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = SendQueue()
        var model: [UInt8] = []
        for _ in 0..<500 {
            if Bool.random(using: &generator) {
                let bytes = pattern(Int.random(in: 0...3_000, using: &generator))
                bytes.withUnsafeBytes { queue.append($0) }
                model += bytes
            } else {
                let limit = Int.random(in: 0...4_000, using: &generator)
                let expected = Array(model.prefix(limit))
                model.removeFirst(expected.count)
                let taken = take(&queue, limit)
                #expect(taken == expected, "seed \(seed)")
            }
            let count = queue.count
            #expect(count == model.count, "seed \(seed)")
            if Int.random(in: 0..<50, using: &generator) == 0 {
                queue.removeAll()
                model = []
            }
        }
    }

    @Test("Taking from an empty queue gives nothing")
    func empty() {
        var queue = SendQueue()
        #expect(take(&queue, 10).isEmpty)
        queue.append(UnsafeRawBufferPointer(start: nil, count: 0))
        let count = queue.count
        #expect(count == 0)
    }
}
