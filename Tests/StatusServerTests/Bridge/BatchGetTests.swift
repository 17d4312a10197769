import Testing

@testable import StatusServer

/// Many jobs with one request: `ids=`, `jobs:batchGet`, and when such answers are compressed.
@Suite("Many jobs at once", .tags(.unit005))
struct BatchGetTests {
    let server: Harness

    init() throws {
        server = try Harness()
        for id in ["a", "b", "c"] {
            try server.send("POST /api/jobs", json: #"{"taskId":"\#(id)","metadata":{"x":1}}"#)
        }
        try server.send("PUT /api/jobs/b/result?complete=1", json: "[1]")
    }

    private func ids(in body: String) -> [String] {
        body.components(separatedBy: #"{"taskId":""#).dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    @Test(
        "Ids come with commas, repeated, or with an index, as clients write lists; the order is theirs",
        arguments: [
            "ids=c,a,b,a", "ids=c&ids=a&ids=b,a", "ids%5B0%5D=c&ids%5B1%5D=a&ids%5B2%5D=b&ids%5B3%5D=a",
            "ids[]=c&ids[]=a&x=1&ids[]=b&ids[]=a", "ids=c%2Ca,,b,a,",
        ]
    )
    func spellings(query: String) throws {
        let reply = try server.send("GET /api/jobs?\(query)")

        #expect(reply.status == 200)
        #expect(reply.fields == Fields.json)
        #expect(ids(in: reply.body) == ["c", "a", "b", "a"])
        #expect(!reply.body.contains(#""result":"#))
        #expect(!reply.body.contains("metadata"))
        #expect(!reply.body.contains("nextCursor"))
    }

    @Test("An id without a job stands for itself, without a status", .tags(.int005))
    func unknown() throws {
        try server.send("POST /api/jobs", json: #"{"taskId":"short","ttlSeconds":1}"#)
        server.wait(milliseconds: 1_000)
        let query = try server.send("GET /api/jobs?ids=nobody,a%2Fb,short")
        let body = try server.send("POST /api/jobs:batchGet", json: #"{"ids":["nobody","a/b","short"]}"#)

        #expect(query.status == 200)
        #expect(
            query.body == """
                {"jobs":[{"taskId":"nobody","error":"Job not found","code":"unknownJob"},\
                {"taskId":"a/b","error":"Invalid taskId format","code":"invalidTaskId"},\
                {"taskId":"short","error":"Job has expired","code":"expired"}]}
                """
        )
        #expect(body.body == query.body)
    }

    @Test("No ids are no jobs, and not all of them")
    func none() throws {
        #expect(try server.send("GET /api/jobs?ids=").body == #"{"jobs":[]}"#)
        #expect(try server.send("POST /api/jobs:batchGet", json: #"{"ids":[]}"#).body == #"{"jobs":[]}"#)
        #expect(ids(in: try server.send("GET /api/jobs?idst=a&ids%5Bx%5D=b").body).count == 3)
    }

    @Test("batchGet answers as the query does")
    func body() throws {
        let reply = try server.send("POST /api/jobs:batchGet", json: #"{"ids":["c","a","c"]}"#)

        #expect(reply.status == 200)
        #expect(reply.body == (try server.send("GET /api/jobs?ids=c,a,c").body))
    }

    @Test("A thousand ids are the most")
    func limit() throws {
        func list(_ count: Int) -> String { Array(repeating: "\"a\"", count: count).joined(separator: ",") }

        let most = try server.send("POST /api/jobs:batchGet", json: #"{"ids":[\#(list(1_000))]}"#)
        #expect(ids(in: most.body).count == 1_000)
        let more = try server.send("POST /api/jobs:batchGet", json: #"{"ids":[\#(list(1_001))]}"#)
        #expect(more.status == 400)
        #expect(more.body.contains("ids must be at most 1000"))
        let query = Array(repeating: "a", count: 1_001).joined(separator: ",")
        #expect(try server.send("GET /api/jobs?ids=\(query)").status == 400)
    }

    @Test(
        "A body that is not as it must be is 400, naming the key",
        arguments: [#"{}"#, #"{"ids":"a"}"#, #"{"ids":[1]}"#, #"{"ids":[],"limit":1}"#]
    )
    func malformed(body: String) throws {
        let reply = try server.send("POST /api/jobs:batchGet", json: body)
        #expect(reply.status == 400)
        #expect(reply.body.contains(body.contains("limit") ? "limit" : "ids must be an array of task ids"))
    }

    @Test("batchGet takes JSON by POST only")
    func method() throws {
        #expect(try server.send("GET /api/jobs:batchGet")["Allow"] == "POST")
        #expect(try server.send("POST /api/jobs:batchGet", body: #"{"ids":[]}"#).status == 415)
    }

    @Test("Lists and batches above 16 KiB are gzip where that is accepted, and small ones never")
    func compression() throws {
        let many = Array(repeating: "a", count: 100).joined(separator: ",")
        for line in ["GET /api/jobs?ids=\(many)", "GET /api/jobs?ids=a"] {
            let plain = try server.send(line)
            let asked = try server.send(line, ["Accept-Encoding: gzip, compress, deflate, br"])
            #expect(plain["Content-Encoding"] == nil)
            #expect((plain.body.utf8.count > 16_384) == (line != "GET /api/jobs?ids=a"))
            guard plain.body.utf8.count > 16_384 else {
                #expect(asked.fields == Fields.json)
                continue
            }
            #expect(plain["Vary"] == "Accept-Encoding")
            #expect(asked["Content-Encoding"] == "gzip")
            #expect(asked["Vary"] == "Accept-Encoding")
            #expect(asked.compressedLength < plain.body.utf8.count / 4)
            #expect(asked.body == plain.body)
        }
        let refused = try server.send("GET /api/jobs?ids=\(many)", ["Accept-Encoding: gzip;q=0, zstd, br"])
        #expect(refused["Content-Encoding"] == nil)
    }
}
