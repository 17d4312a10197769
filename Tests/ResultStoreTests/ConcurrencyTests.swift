import ResultStore
import Testing

@Suite("Many threads")
struct ConcurrencyTests {
    @Test(
        "A result is read whole by everyone who found it, while it is removed and replaced",
        .tags(.unit003, .unit004)
    )
    func readersAndRemoval() async throws {
        let store = try makeStore()
        let content = noise(300_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<8 {
                let result = try store.store(content)
                for reader in 0..<4 {
                    group.addTask {
                        guard let found = store.result(result.id) else { return }
                        let coding: ResultCoding = reader % 2 == 0 ? .gzip : .identity
                        let body = try ResultReader(found, coding: coding).body(pieceLength: 10_000 + round)
                        #expect(coding == .gzip ? gunzip(body) == content : body == content)
                    }
                }
                group.addTask { store.remove(result.id) }
            }
            try await group.waitForAll()
        }
        #expect(store.count == 0)
        #expect(store.usage == ResultUsage())
    }

    @Test("Writers do not disturb each other")
    func writers() async throws {
        let store = try makeStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                group.addTask {
                    let content = text(20_000 * (number + 1))
                    let result = try store.store(content, pieceLength: 7_777)
                    #expect(try result.copyContent(limit: .max) == content)
                }
            }
            try await group.waitForAll()
        }
        #expect(store.count == 16)
    }

    @Test("A writer may be abandoned by another thread while it is fed")
    func abandonWhileFed() async throws {
        let store = try makeStore()
        for _ in 0..<10 {
            let writer = store.begin(ResultDescription(mediaType: "text/plain"))
            async let failure = writer.append(noise(2_000_000), pieceLength: 10_000)
            writer.abandon()
            let outcome = await failure
            #expect(outcome == nil || outcome == .ended)
        }
        #expect(store.usage == ResultUsage())
    }
}
