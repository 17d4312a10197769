import ResultStore
import Testing

@Suite("Quotas")
struct QuotaTests {
    private let plain = ResultDescription(mediaType: "application/octet-stream")

    @Test("When all bytes are used up a result is refused, and room comes back when one goes")
    func bytes() throws {
        let store = try makeStore { $0.maximumUsage.storedBytes = 1_000_000 }
        let first = try store.store(noise(700_000))
        #expect(store.refusal(noise(400_000), plain) == .storeFull)
        #expect(store.usage.storedBytes == first.storedLength)
        #expect(store.refusal(noise(200_000), plain) == nil)
    }

    @Test("A removed result counts for as long as someone reads it")
    func removed() throws {
        let store = try makeStore()
        var reader: ResultReader?
        do {
            let result = try store.store(noise(300_000))
            reader = ResultReader(result, coding: .identity)
            store.remove(result.id)
        }
        #expect(store.count == 0)
        #expect(store.usage.files == 1)
        #expect(try reader?.body() == noise(300_000))
        reader = nil
        #expect(store.usage == ResultUsage())
    }

    @Test("When memory is used up small results go to files")
    func memory() throws {
        let store = try makeStore { $0.maximumUsage.memoryBytes = 100_000 }
        #expect(try store.store(noise(60_000)).isInMemory)
        let second = try store.store(noise(60_000))
        #expect(!second.isInMemory)
        #expect(try second.copyContent(limit: 60_000) == noise(60_000))
        #expect(try store.store(noise(30_000)).isInMemory)
    }

    @Test("When files are used up only what fits into memory is taken")
    func files() throws {
        let store = try makeStore { $0.maximumUsage.files = 1 }
        let first = try store.store(noise(100_000))
        #expect(store.refusal(noise(100_000), plain) == .storeFull)
        #expect(store.refusal(noise(10_000), plain) == nil)
        store.remove(first.id)
        #expect(store.usage.files == 1)
        withExtendedLifetime(first) {}
    }
}
