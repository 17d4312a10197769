import Testing

@testable import telltale

@Suite("The server's URL")
struct ServerURLTests {
    @Test(
        "URLs of servers are taken, without the slash at their end",
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://x/", "http://x"),
            ("https://jobs.example", nil),
            ("http://[::1]:8080/", "http://[::1]:8080"), ("http://x:65535/base//", "http://x:65535/base"),
            ("HTTP://x", nil),
        ] as [(String, String?)]
    )
    func good(_ text: String, _ expected: String?) throws {
        #expect(try ServerURL(text).text == expected ?? text)
    }

    @Test(
        "anything else is one clear line and wrong usage",
        arguments: [
            "", "x", "localhost:8080", "ftp://x", "http://", "http:///path", "http://:80", "http://x:0",
            "http://x:65536",
            "http://x:y", "http://x:", "http://x y", "http://x?y", "http://u@x", "http://[::1", "http://[]:1",
            "http://ü",
            "http://x\n",
        ]
    )
    func bad(_ text: String) {
        #expect {
            _ = try ServerURL(text)
        } throws: { error in
            (error as? CommandFailure)?.status == .usage
        }
    }
}
