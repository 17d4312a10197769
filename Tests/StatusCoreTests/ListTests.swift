import StatusCore
import Testing

@Suite("Listing")
struct ListTests {
    private func id(_ number: Int) throws -> TaskID { try #require(TaskID("job\(number)")) }

    @Test("Jobs come newest first, in pages of any size", arguments: [1, 7, 1_000])
    func newestFirst(limit: Int) throws {
        let bench = Bench()
        for number in 0..<100 {
            bench.submit(try id(number))
            bench.pass(milliseconds: 3)
        }
        #expect(bench.list(limit: limit) == (0..<100).reversed().map { "job\($0)" })
    }

    @Test("Jobs of the same millisecond come each once")
    func sameMillisecond() throws {
        let bench = Bench()
        for number in 0..<500 { bench.submit(try id(number)) }
        let ids = bench.list(limit: 13)
        #expect(ids.count == 500 && Set(ids).count == 500)
    }

    @Test("Filters go by what readers see, the type and the labels")
    func filters() throws {
        let bench = Bench()
        for number in 0..<40 {
            bench.submit(try id(number)) {
                $0.type = number % 2 == 0 ? "even" : nil
                $0.labels = [Label(key: "mod5", value: "\(number % 5)"), Label(key: "all", value: "")]
            }
            bench.pass(milliseconds: 1)
        }
        #expect(bench.list(ListFilter(type: "even")).count == 20)
        #expect(
            bench.list(ListFilter(labels: [Label(key: "mod5", value: "3")]))
                == [38, 33, 28, 23, 18, 13, 8, 3].map { "job\($0)" }
        )
        #expect(
            bench.list(
                ListFilter(type: "even", labels: [Label(key: "mod5", value: "3"), Label(key: "all", value: "")])
            ).count == 4
        )
        #expect(bench.list(ListFilter(labels: [Label(key: "mod5", value: "9")])).isEmpty)
        bench.apply(.complete(attempt: 0), to: try id(4))
        bench.apply(.complete(attempt: 0), to: try id(5))
        _ = bench.table.delete(try id(5), at: bench.now)
        #expect(bench.list(ListFilter(status: .completed)) == ["job4"])
        #expect(bench.list(ListFilter(status: .cancelled)) == ["job5"])
        #expect(bench.list(ListFilter(status: .queued)).count == 38)
    }

    @Test("A page looks at a bounded number of jobs, and may hold none while there is a cursor")
    func bounded() throws {
        let bench = Bench()
        bench.submit(named("wanted")) { $0.type = "rare" }
        bench.pass(milliseconds: 100)
        for number in 0..<(Limits.examinedPerPage * 2) { bench.submit(try id(number)) }
        var pages: [Int] = []
        var cursor: ListCursor?
        repeat {
            var visited = 0
            cursor = bench.table.list(ListFilter(type: "rare"), after: cursor, limit: 10, at: bench.now) { _ in
                visited += 1
            }
            pages.append(visited)
        } while cursor != nil
        #expect(pages == [0, 0, 1])
    }

    @Test("A job that is there during the whole walk comes exactly once, whatever else changes", arguments: seeds)
    func stable(seed: UInt64) throws {
        let bench = Bench()
        var generator = SeededGenerator(seed: seed)
        var stayers: Set<String> = []
        var next = 0
        func add() throws {
            let stays = Bool.random(using: &generator)
            bench.submit(try id(next)) { $0.ttl = stays ? 80_000 : UInt32.random(in: 1...60, using: &generator) }
            if stays { stayers.insert("job\(next)") }
            next += 1
            bench.pass(milliseconds: Int64.random(in: 0...20, using: &generator))
        }
        for _ in 0..<1_000 { try add() }
        let expected = stayers
        var seen: [String] = []
        var cursor: ListCursor?
        repeat {
            cursor = bench.table.list(ListFilter(), after: cursor, limit: 10, at: bench.now) {
                seen.append($0.id.description)
            }
            for _ in 0..<10 { try add() }
            bench.pass(milliseconds: 500)
        } while cursor != nil
        #expect(Set(seen).count == seen.count)
        #expect(expected.isSubset(of: seen))
    }

    @Test("The order stands when the wall clock goes back")
    func clockGoesBack() throws {
        let bench = Bench { $0.stripes = 1 }
        bench.submit(named("first"))
        bench.now.wall -= 60_000
        bench.submit(named("second"))
        #expect(bench.list(limit: 1) == ["second", "first"])
        #expect(bench.read(named("second")).createdAt == bench.now.wall)
    }

    @Test("Nothing is listed out of an empty table")
    func empty() {
        #expect(Bench().list().isEmpty)
    }
}
