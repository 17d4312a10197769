import Foundation
import Testing

/// Results of many shapes, stored by one client and read back by others.
@Suite("Results")
struct ResultTests {
    /// Bytes that are the same in each run and do not shrink.
    private static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    private static func shape(_ name: String) -> [UInt8] {
        switch name {
        case "empty": []
        case "one byte": [0x41]
        case "one segment": Array(repeating: 0x61, count: 262_144)
        case "many segments": (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        case "incompressible": noise(1_500_000)
        // The two-byte character lies across the first segment's edge.
        case "split character": Array(repeating: 0x61, count: 262_143) + Array("éé".utf8)
        default: preconditionFailure(name)
        }
    }

    @Test(
        "Every shape comes back byte for byte, plain and gzip, over HTTP/1.1 and HTTP/2",
        .tags(.int003, .e2e002),
        arguments: ["empty", "one byte", "one segment", "many segments", "incompressible", "split character"]
    )
    func shapes(_ name: String) async throws {
        let bytes = Self.shape(name)
        let file = try TemporaryFile(bytes)
        try await Server.with { server in
            try await server.submit(#"{"taskId":"shape"}"#)
            let stored = try await server.curl(
                "/api/jobs/shape/result?complete=1",
                "-X",
                "PUT",
                "--data-binary",
                "@\(file.path)",
                "-H",
                "Content-Type: application/octet-stream"
            )
            #expect(stored.status == 201, "\(stored.text)")
            for version in ["--http1.1", "--http2-prior-knowledge"] {
                let plain = try await server.curl("/api/jobs/shape/result", version)
                #expect(plain.status == 200)
                #expect(plain.header("content-encoding") == nil)
                #expect(plain.header("content-length") == String(bytes.count))
                #expect(plain.body == bytes)
                let zipped = try await server.curl("/api/jobs/shape/result", version, "--compressed")
                #expect(zipped.header("content-encoding") == "gzip")
                #expect(zipped.body == bytes)
            }
        }
    }

    @Test("A gzip body is one member that gzip, Python and Node accept")
    func interoperability() async throws {
        let bytes = Self.shape("many segments")
        let file = try TemporaryFile(bytes)
        try await Server.with { server in
            try await server.submit(#"{"taskId":"tools"}"#)
            _ = try await server.curl("/api/jobs/tools/result?complete=1", "-T", file.path)
            let raw = try await server.curl("/api/jobs/tools/result", "-H", "Accept-Encoding: gzip")
            #expect(raw.header("content-encoding") == "gzip")
            #expect(raw.body.count < bytes.count / 10)
            let zipped = try TemporaryFile(raw.body)
            let gzip = try await Command("sh", ["-c", "gzip -t < \(zipped.path)"]).run()
            #expect(gzip.code == 0, "\(gzip.errors)")
            let python = try await Command(
                "python3",
                [
                    "-c",
                    "import sys,zlib; d=zlib.decompressobj(31); o=d.decompress(open(sys.argv[1],'rb').read()); "
                        + "assert d.eof and not d.unused_data; assert o==open(sys.argv[2],'rb').read()",
                    zipped.path, file.path,
                ]
            ).run()
            #expect(python.code == 0, "\(python.errors)")
        }
    }

    @Test("A result sent in gzip is stored as what it holds")
    func gzipIn() async throws {
        let bytes = Self.shape("many segments")
        let file = try TemporaryFile(bytes)
        try await Server.with { server in
            try await server.submit(#"{"taskId":"zipped"}"#)
            let sent = try await Command(
                "sh",
                [
                    "-c",
                    "gzip -c \(file.path) | curl -sS -o /dev/null -w '%{http_code}' --data-binary @- -X PUT "
                        + "-H 'Content-Encoding: gzip' -H 'Content-Type: text/plain' "
                        + "'\(server.url)/api/jobs/zipped/result?complete=1'",
                ]
            ).run()
            #expect(sent.text == "201")
            #expect(try await server.curl("/api/jobs/zipped/result").body == bytes)
        }
    }

    @Test("Malformed JSON is refused, and nothing is stored")
    func malformed() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"bad"}"#)
            for body in ["{", "[1,]", #"{"a":1}}"#, "nul", "\u{FEFF}{}", "\"\u{1}\"", "01"] {
                let answer = try await server.curl(
                    "/api/jobs/bad/result?complete=1",
                    "-X",
                    "PUT",
                    "-d",
                    body,
                    "-H",
                    "Content-Type: application/json"
                )
                #expect(answer.status == 400, "\(body)")
            }
            #expect(try await server.status("bad")["status"] as? String == "queued")
        }
    }

    @Test("A result of another type is served as an attachment, in a sandbox")
    func attachment() async throws {
        try await Server.with { server in
            try await server.submit(#"{"taskId":"page"}"#)
            _ = try await server.curl(
                "/api/jobs/page/result?complete=1",
                "-X",
                "PUT",
                "-d",
                "<script>alert(1)</script>",
                "-H",
                "Content-Type: text/html",
                "-H",
                #"Content-Disposition: attachment; filename="page.html""#
            )
            let answer = try await server.curl("/api/jobs/page/result")
            #expect(answer.header("content-type") == "text/html")
            #expect(answer.header("content-disposition")?.hasPrefix("attachment") == true)
            #expect(answer.header("content-disposition")?.contains("page.html") == true)
            #expect(answer.header("content-security-policy") == "sandbox")
            #expect(answer.header("x-content-type-options") == "nosniff")
        }
    }
}
