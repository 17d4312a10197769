import Crypto
import Deflate
import ResultStore
import Testing

@Suite("Parts of a result, and the digests of the whole")
struct BodyTests {
    private let store: ResultStore

    init() throws {
        store = try makeStore()
    }

    @Test(
        "A part from anywhere is those bytes of the content",
        .tags(.unit011),
        arguments: [1, 4_000, 262_143, 262_144, 262_145, 1_000_000]
    )
    func parts(length: Int) throws {
        for content in [text(length), noise(length)] {
            let result = try store.store(content)
            let edges = [0, 1, length / 2, 262_143, 262_144, 262_145, 524_288, length - 1, length]
            for lower in edges where (0...length).contains(lower) {
                for upper in edges where (lower...length).contains(upper) {
                    let body = ResultBody([.content(lower..<upper)], of: result)
                    #expect(body.length == upper - lower)
                    let read = try ResultReader(result, body).body()
                    #expect(read == Array(content[lower..<upper]), "\(lower)..<\(upper)")
                }
            }
        }
    }

    @Test("A body of several sections is one after the other, in any order")
    func sections() throws {
        let content = text(600_000)
        let result = try store.store(content)
        let body = ResultBody([.bytes([1]), .content(500_000..<500_010), .bytes([]), .content(3..<5)], of: result)

        #expect(body.length == 13)
        #expect(try ResultReader(result, body).body() == [1] + content[500_000..<500_010] + content[3..<5])
    }

    @Test(
        "The digests are those of what readers get, however the bytes came",
        .tags(.unit011),
        arguments: [0, 1, 5_000, 262_144, 700_000]
    )
    func digests(length: Int) throws {
        let content = text(length)
        for coding in [ResultCoding.identity, .gzip] {
            let sent = coding == .gzip ? gzip(content) : content
            let description = ResultDescription(mediaType: "text/plain", coding: coding)
            let result = try store.store(sent, description, pieceLength: 70_001)

            #expect(result.digests.identity == Array(SHA256.hash(data: content)))
            #expect(result.digests.gzip == Array(SHA256.hash(data: try ResultReader(result, coding: .gzip).body())))
            #expect(result.digests[.gzip] == result.digests.gzip)
            #expect(result.digests[.identity] == result.digests.identity)
        }
    }

    @Test("What was sent is compared with the digest that the sender gives", arguments: [ResultCoding.identity, .gzip])
    func sentDigest(coding: ResultCoding) throws {
        let content = text(300_000)
        let sent = coding == .gzip ? gzip(content) : content
        for isRight in [true, false] {
            let writer = store.begin(ResultDescription(mediaType: "text/plain", coding: coding))
            #expect(writer.append(sent) == nil)
            let digest = Array(SHA256.hash(data: isRight ? sent : sent + [0]))
            if isRight {
                #expect(try writer.finish(sha256: digest, at: someTime).length == content.count)
            } else {
                #expect(throws: ResultFailure.wrongDigest) { try writer.finish(sha256: digest, at: someTime) }
            }
        }
        #expect(store.count == 1)
    }
}
