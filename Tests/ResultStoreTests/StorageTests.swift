import Deflate
import ResultStore
import Testing

@Suite("Storing results and reading them back")
struct StorageTests {
    private static let lengths = [0, 1, 4_096, 4_097, 65_536, 262_144, 262_145, 1_000_000]

    @Test(
        "What went in comes out, in both codings",
        .tags(.unit011),
        arguments: lengths,
        [ResultCoding.identity, .gzip]
    )
    func roundTrip(length: Int, coding: ResultCoding) throws {
        let store = try makeStore()
        for content in [text(length), noise(length)] {
            let sent = coding == .gzip ? gzip(content) : content
            let description = ResultDescription(mediaType: "text/plain", name: "out.txt", coding: coding)
            let result = try store.store(sent, description)
            #expect(result.length == length)
            #expect(result.mediaType == "text/plain" && result.name == "out.txt" && !result.isJSON)
            #expect(result.storedAt == someTime)
            #expect(try result.copyContent(limit: length) == content)
            let plain = ResultReader(result, coding: .identity)
            #expect(plain.length == length)
            #expect(try plain.body() == content)
            let file = ResultReader(result, coding: .gzip)
            let body = try file.body()
            #expect(body.count == file.length)
            #expect(gunzip(body) == content)
        }
    }

    @Test(
        "A prefix and a suffix stand around the content, and the lengths are known before",
        .tags(.unit011),
        arguments: lengths
    )
    func envelope(length: Int) throws {
        let store = try makeStore()
        let content = text(length)
        let result = try store.store(content)
        let prefix = Array(#"{"taskId":"é","result":"#.utf8)
        for suffix in [Array("}".utf8), noise(100_000)] {
            let plain = ResultReader(result, coding: .identity, prefix: prefix, suffix: suffix)
            #expect(plain.length == prefix.count + length + suffix.count)
            #expect(try plain.body() == prefix + content + suffix)
            let file = ResultReader(result, coding: .gzip, prefix: prefix, suffix: suffix)
            let body = try file.body()
            #expect(body.count == file.length)
            #expect(gunzip(body) == prefix + content + suffix)
        }
    }

    @Test("Bodies are the same however little is read at a time", arguments: [1, 7, 4_096, 10_000_000])
    func pieces(pieceLength: Int) throws {
        let store = try makeStore()
        let content = text(pieceLength == 1 ? 20_000 : 600_000)
        let result = try store.store(content)
        let prefix = Array("<".utf8)
        let suffix = Array(">".utf8)
        let plain = ResultReader(result, coding: .identity, prefix: prefix, suffix: suffix)
        #expect(try plain.body(pieceLength: pieceLength) == prefix + content + suffix)
        let file = ResultReader(result, coding: .gzip, prefix: prefix, suffix: suffix)
        #expect(try gunzip(file.body(pieceLength: pieceLength)) == prefix + content + suffix)
        #expect(try file.read(atMost: 1) == nil)
    }

    @Test("A read fills the memory unless the body ends", .tags(.unit004))
    func fills() throws {
        let result = try makeStore().store(noise(1_000_000))
        var memory = [UInt8](repeating: 0, count: 300_000)
        for coding in [ResultCoding.identity, .gzip] {
            let reader = ResultReader(result, coding: coding, prefix: [1], suffix: [2])
            var left = reader.length
            while left > 0 {
                let expected = min(left, memory.count)
                #expect(memory.withUnsafeMutableBytes { reader.read(into: $0) } == .bytes(expected))
                left -= expected
            }
            #expect(memory.withUnsafeMutableBytes { reader.read(into: $0) } == .end)
        }
    }

    @Test("Small results stay in memory, large ones go to a file, and both are counted", .tags(.unit003))
    func placement() throws {
        let store = try makeStore()
        let small = try store.store(noise(60_000))
        #expect(small.isInMemory)
        #expect(store.usage.memoryBytes == small.storedLength && store.usage.files == 0)
        let large = try store.store(noise(70_000))
        #expect(!large.isInMemory)
        #expect(store.usage.memoryBytes == small.storedLength && store.usage.files == 1)
        #expect(store.usage.storedBytes == small.storedLength + large.storedLength)
        // What counts is the compressed form.
        #expect(try store.store([UInt8](repeating: 0, count: 500_000)).isInMemory)
    }

    @Test("Tiny results keep their content as it came", .tags(.unit003))
    func plain() throws {
        let store = try makeStore()
        #expect(try store.store([]).plainContent == [])
        #expect(try store.store(text(4_096)).plainContent == text(4_096))
        #expect(try store.store(text(4_097)).plainContent == nil)
        #expect(throws: ResultFailure.tooLarge(limit: 9)) { try store.store(text(10)).copyContent(limit: 9) }
        #expect(throws: ResultFailure.tooLarge(limit: 9)) { try store.store(text(5_000)).copyContent(limit: 9) }
    }

    @Test("One stored result serves any number of readers without being compressed again", .tags(.unit003))
    func served() throws {
        let store = try makeStore()
        let result = try store.store(text(1_000_000))
        let first = try ResultReader(result, coding: .gzip).body()
        for _ in 0..<5 { #expect(try ResultReader(result, coding: .gzip).body() == first) }
        var stored = [UInt8](repeating: 0, count: result.storedLength)
        let count = try stored.withUnsafeMutableBytes { try result.readStored(at: 0, into: $0) }
        #expect(count == stored.count)
        let framing = ResultFraming(result, coding: .gzip)
        #expect(framing.head + stored + framing.tail == first)
    }

    @Test("The parts say where each segment begins", .tags(.unit011))
    func parts() throws {
        let result = try makeStore().store(text(600_000))
        #expect(result.parts.map(\.offset) == [0, 262_144, 524_288])
        #expect(result.parts[1].storedOffset == result.parts[0].segment.storedLength)
        #expect(result.parts.map(\.segment.storedLength).reduce(0, +) == result.storedLength)
    }

    @Test("Results are found by their number until they are removed", .tags(.unit011))
    func numbers() throws {
        let store = try makeStore()
        let first = try store.store(text(10))
        let second = try store.store(text(20))
        #expect(first.id != 0 && second.id != first.id)
        #expect(store.result(first.id) === first)
        #expect(store.count == 2)
        store.remove(first.id)
        store.remove(first.id)
        store.remove(12_345)
        #expect(store.result(first.id) == nil)
        #expect(store.result(second.id) === second)
        #expect(try store.store(text(1)).id > second.id)
    }
}
