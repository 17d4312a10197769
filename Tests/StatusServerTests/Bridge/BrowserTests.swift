import Testing

@testable import StatusServer

/// Browsers are clients too: foreign hosts, foreign pages, and bodies that a page may send without asking.
@Suite("Browsers", .tags(.unit005))
struct BrowserTests {
    let server: Harness

    init() throws {
        server = try Harness(BridgeConfiguration(allowedHosts: ["Jobs.Example.com"]))
    }

    @Test(
        "Addresses, names without a dot and allowed names are served",
        arguments: [
            "127.0.0.1:8080", "127.0.0.1", "10.1.2.3:80", "[::1]:8080", "[fe80::1]", "localhost:8080",
            "mcp-security:3000",
            "jobs.example.com", "JOBS.EXAMPLE.COM:8443", "",
        ]
    )
    func served(host: String) throws {
        #expect(try server.send("GET /health", host: host).status == 200)
    }

    @Test(
        "Any other name with a dot is 421",
        arguments: ["evil.example", "127.0.0.1.evil.example:8080", "example.com", "1.2.3", "1.2.3.256", "localhost."]
    )
    func foreign(host: String) throws {
        for line in ["GET /health", "GET /api/jobs/job-1", "POST /v1/updates"] {
            let reply = try server.send(line, host: host)
            #expect(reply.status == 421)
            #expect(reply.fields == Fields.json)
            #expect(
                reply.body == """
                    {"error":"This server is not known by that host name","code":"foreignHost",\
                    "detail":"Use an IP address or a name without a dot, or start the server with --allow-host"}
                    """
            )
        }
    }

    @Test("The host of the public URL is known, whatever else is")
    func publicURL() throws {
        let proxied = try Harness(BridgeConfiguration(publicURL: "https://status.example.org/x"))

        #expect(try proxied.send("GET /health", host: "status.example.org").status == 200)
        #expect(try proxied.send("GET /health", host: "www.example.org").status == 421)
    }

    @Test(
        "A write that another site's page sent is 403",
        arguments: [
            "Sec-Fetch-Site: cross-site", "Origin: http://evil.example", "Origin: null",
            "Origin: http://127.0.0.1:8081",
            "Origin: http://127.0.0.1", "Origin: chrome-extension://abcdef", "Origin: ",
            "Origin: http://127.0.0.1:8080.evil",
        ]
    )
    func crossSite(field: String) throws {
        for line in [
            "POST /api/jobs", "PATCH /api/jobs/job-1", "DELETE /api/jobs/job-1", "PUT /api/jobs/job-1/result",
            "POST /api/jobs/job-1/cancel", "POST /v1/updates",
        ] {
            let reply = try server.send(line, [field])
            #expect(reply.status == 403, "\(line)")
            #expect(
                reply.body == #"{"error":"Requests from other sites may not change anything","code":"crossSite"}"#
            )
        }
        #expect(try server.send("GET /api/jobs", [field]).status == 200)
    }

    @Test(
        "A page of this server may write",
        arguments: [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"), ("localhost", "http://LOCALHOST:80"),
            ("jobs.example.com", "https://jobs.example.com"), ("jobs.example.com:443", "https://jobs.example.com"),
        ]
    )
    func ownPage(host: String, origin: String) throws {
        let fields = ["Origin: \(origin)", "Sec-Fetch-Site: same-origin"]

        #expect(try server.send("POST /api/jobs", fields, host: host).status == 202)
    }

    @Test("A JSON body needs application/json, with or without parameters")
    func mediaType() throws {
        func post(_ fields: [String], _ body: String?) throws -> Reply {
            try server.send("POST /api/jobs", fields, body: body)
        }
        for type in ["application/json", "Application/JSON; charset=utf-8"] {
            #expect(try post(["Content-Type: \(type)"], "{}").status == 202)
        }
        for fields in [
            ["Content-Type: text/plain"], ["Content-Type: application/x-www-form-urlencoded"], [],
            ["Content-Type: application/jsonx"], ["Content-Type: multipart/form-data; boundary=application/json"],
        ] {
            let reply = try post(fields, "{}")
            #expect(reply.status == 415, "\(fields)")
            #expect(
                reply.body == """
                    {"error":"Unsupported media type","code":"unsupportedMediaType",\
                    "detail":"Send it as application/json"}
                    """
            )
        }
        #expect(try post(["Content-Type: application/json", "Content-Encoding: gzip"], "{}").status == 415)
        // Without a body its type means nothing.
        #expect(try post(["Content-Type: text/plain"], nil).status == 202)
    }

    @Test("A worker's stream needs its own media type")
    func updates() throws {
        let opened = try server.send("POST /v1/updates", ["Content-Type: application/vnd.telltale.updates"], body: "x")
        #expect(opened.opensUpdates)

        for fields in [[], ["Content-Type: application/json"], ["Content-Type: text/plain"]] {
            let reply = try server.send("POST /v1/updates", fields, body: "x")
            #expect(reply.status == 415)
            #expect(
                reply.body == """
                    {"error":"Unsupported media type","code":"unsupportedMediaType",\
                    "detail":"Send it as application/vnd.telltale.updates"}
                    """
            )
        }
    }
}
