import JSON
import Testing

@testable import ResultStore

@Suite("Taking results as they arrive")
struct WriterTests {
    private let json = ResultDescription(mediaType: "application/json", isJSON: true)
    private let zippedJSON = ResultDescription(mediaType: "application/json", coding: .gzip, isJSON: true)
    private let zipped = ResultDescription(mediaType: "text/plain", coding: .gzip)

    @Test("A result that is begun takes no compressor before its first byte, and may be empty")
    func lazily() throws {
        let store = try ResultStore(configuration: ResultStore.Configuration())
        let writer = store.begin(ResultDescription(mediaType: "text/plain"))
        #expect(!writer.holdsMemory)
        [UInt8]().withUnsafeBytes { #expect(writer.append($0) == nil) }
        #expect(!writer.holdsMemory)
        [UInt8(1)].withUnsafeBytes { #expect(writer.append($0) == nil) }
        #expect(writer.holdsMemory)
        writer.abandon()
        #expect(!writer.holdsMemory)
        let empty = try store.begin(ResultDescription(mediaType: "text/plain")).finish(length: 0, at: 0)
        #expect(empty.length == 0)
    }

    @Test("JSON is checked, plain and in gzip, however it is cut", arguments: [1, 3, 100_000])
    func checksJSON(pieceLength: Int) throws {
        let store = try makeStore()
        for text in [#"{"a":[1,2,{"b":"é€😀"}]}"#, " null ", "0"] {
            let bytes = Array(text.utf8)
            #expect(try store.store(bytes, json, pieceLength: pieceLength).isJSON)
            #expect(try store.store(gzip(bytes), zippedJSON, pieceLength: pieceLength).isJSON)
        }
        for (text, failure) in [
            (#"{"a":1}}"#, JSONFailure(offset: 7, reason: .trailingBytes)),
            ("[1,]", JSONFailure(offset: 3, reason: .unexpectedByte)),
            ("[1", JSONFailure(offset: 2, reason: .unexpectedEnd)),
            ("", JSONFailure(offset: 0, reason: .unexpectedEnd)),
            (#"1},"status":"failed""#, JSONFailure(offset: 1, reason: .trailingBytes)),
        ] {
            let bytes = Array(text.utf8)
            #expect(store.refusal(bytes, json, pieceLength: pieceLength) == .malformedJSON(failure))
            #expect(store.refusal(gzip(bytes), zippedJSON, pieceLength: pieceLength) == .malformedJSON(failure))
        }
        #expect(
            store.refusal([0x22, 0xFF, 0x22], json) == .malformedJSON(JSONFailure(offset: 1, reason: .invalidUTF8))
        )
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 513)
        #expect(store.refusal(deep, json) == .malformedJSON(JSONFailure(offset: 512, reason: .tooDeep)))
        #expect(store.count == 6)
    }

    @Test("What is not a gzip file is refused, and nothing is kept")
    func corruptGzip() throws {
        let store = try makeStore()
        let file = gzip(text(300_000))
        var wrongChecksum = file
        wrongChecksum[file.count - 6] ^= 1
        for bytes in [[], text(100), Array(file.dropLast()), file + [0, 0], wrongChecksum, Array(file.prefix(20))] {
            #expect(store.refusal(bytes, zipped) == .corruptGzip)
        }
        #expect(store.count == 0)
        #expect(store.usage == ResultUsage())
    }

    @Test("Several gzip members are one result")
    func members() throws {
        let result = try makeStore().store(gzip(text(1_000)) + gzip(text(500)), zipped)
        #expect(try result.copyContent(limit: 2_000) == text(1_000) + text(500))
    }

    @Test("The limit counts bytes before compression, whichever way they come")
    func limit() throws {
        let store = try makeStore()
        let plain = ResultDescription(mediaType: "text/plain")
        #expect(store.refusal(text(1_000), plain, limit: 1_000) == nil)
        #expect(store.refusal(text(1_001), plain, limit: 1_000) == .tooLarge(limit: 1_000))
        #expect(store.refusal(gzip(text(1_000)), zipped, limit: 1_000) == nil)
        #expect(store.refusal(gzip(text(1_001)), zipped, limit: 1_000) == .tooLarge(limit: 1_000))
        #expect(
            store.refusal(gzip([UInt8](repeating: 0, count: 10_000_000)), zipped, limit: 1_000_000)
                == .tooLarge(limit: 1_000_000)
        )
        // Members without content would go on for ever.
        let empty = gzip([])
        let endless = Array(repeatElement(empty, count: 60_000).joined())
        #expect(store.refusal(endless, zipped, limit: 1_000) == .tooLarge(limit: 1_000))
        let small = try makeStore { $0.maximumLength = 10 }
        #expect(small.refusal(text(11), plain) == .tooLarge(limit: 10))
        #expect(small.refusal(text(10), plain) == nil)
    }

    @Test("A failure stays, and frees what the result took at once")
    func failureStays() throws {
        let store = try makeStore()
        let writer = store.begin(json)
        #expect(writer.append(Array("[1,".utf8) + [UInt8](repeating: 0x20, count: 300_000)) == nil)
        let failure = try #require(writer.append(Array("]".utf8)))
        #expect(failure == .malformedJSON(JSONFailure(offset: 300_003, reason: .unexpectedByte)))
        #expect(store.usage == ResultUsage())
        #expect(writer.append(Array("2]".utf8)) == failure)
        #expect(throws: failure) { try writer.finish(at: someTime) }
        writer.abandon()
        #expect(writer.append([1]) == failure)
    }

    @Test(
        "A resent piece is harmless, and a gap is said and changes nothing",
        arguments: [ResultCoding.identity, .gzip]
    )
    func resumption(coding: ResultCoding) throws {
        let store = try makeStore()
        let content = text(300_000)
        let sent = coding == .gzip ? gzip(content) : content
        let half = sent.count / 2
        let writer = store.begin(ResultDescription(mediaType: "text/plain", coding: coding))
        #expect(writer.held == 0)
        #expect(writer.append(Array(sent[..<half]), at: 0) == nil)
        #expect(writer.held == half)
        #expect(writer.append(Array(sent[..<half]), at: 0) == nil)
        #expect(writer.append(Array(sent[10..<20]), at: 10) == nil)
        #expect(writer.append([], at: half) == nil)
        #expect(writer.held == half)
        #expect(writer.append(Array(sent[(half + 1)...]), at: half + 1) == .missingBytes(held: half))
        #expect(writer.append(Array(sent[(half - 5)..<(half + 5)]), at: half - 5) == nil)
        #expect(writer.held == half + 5)
        #expect(throws: ResultFailure.wrongLength(held: half + 5)) {
            try writer.finish(length: sent.count, at: someTime)
        }
        #expect(writer.append(Array(sent[half...]), at: half) == nil)
        let result = try writer.finish(length: sent.count, at: someTime)
        #expect(try result.copyContent(limit: content.count) == content)
    }

    @Test("Nothing is seen before the end, and nothing can be added after it")
    func ending() throws {
        let store = try makeStore()
        let writer = store.begin(ResultDescription(mediaType: "text/plain"))
        #expect(writer.append(text(1_000)) == nil)
        #expect(store.count == 0)
        _ = try writer.finish(at: someTime)
        #expect(store.count == 1)
        #expect(writer.append([1]) == .ended)
        #expect(throws: ResultFailure.ended) { try writer.finish(at: someTime) }
        writer.abandon()
        #expect(store.count == 1)
    }

    @Test("An abandoned result leaves nothing behind, said or just let go of")
    func abandoned() throws {
        let store = try makeStore()
        let writer = store.begin(ResultDescription(mediaType: "text/plain"))
        #expect(writer.append(noise(600_000)) == nil)
        #expect(store.usage.files == 1)
        writer.abandon()
        #expect(store.usage == ResultUsage())
        #expect(writer.append([1]) == .ended)
        #expect(store.begin(ResultDescription(mediaType: "text/plain")).append(noise(600_000)) == nil)
        #expect(store.usage == ResultUsage())
        #expect(store.count == 0)
    }

    @Test("Each failure describes itself in one line")
    func descriptions() {
        let json = JSONFailure(offset: 1, reason: .invalidUTF8)
        let failures: [ResultFailure] = [
            .malformedJSON(json), .tooLarge(limit: 1), .corruptGzip, .missingBytes(held: 1), .wrongLength(held: 1),
            .storeFull,
            .disk(DiskFailure(.write, code: 28)), .ended, .damaged,
        ]
        #expect(Set(failures.map(\.description)).count == failures.count)
        #expect(failures.allSatisfy { !$0.description.contains("\n") })
        #expect(failures[6].description == "cannot write a result file: No space left on device")
    }
}
