import Testing

@testable import StatusServer

@Suite("Addresses to listen on")
struct ListenAddressTests {
    @Test(
        "An address is a host and a port, IPv6 in brackets",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8_080), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
            ("[fe80::1%eth0]:80", "fe80::1%eth0", 80), ("example.org:080", "example.org", 80), ("::1]:1", nil, 0),
        ] as [(String, String?, Int)]
    )
    func parsing(_ text: String, _ host: String?, _ port: Int) {
        let address = ListenAddress(text)
        #expect(address?.host == host)
        #expect((address?.port ?? 0) == port)
    }

    @Test(
        "Anything else is no address",
        arguments: [
            "", ":", "8080", "host", "host:", ":80", "[]:80", "[::1]", "[::1]80", "::1:80", "[::1:80", "host:65536",
            "host:-1",
            "host:+1", "host:0x10", "host: 80", "host:80 ", "[127.0.0.1]:80", "[host]:80", "ho st:80", "a]:1", "[a:1",
            "host:99999999999999999999", "host:８０",
        ]
    )
    func refusing(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test("An address reads as it was written", arguments: ["127.0.0.1:8080", "[::1]:80", "localhost:0"])
    func writing(_ text: String) {
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(
        "Only what cannot be reached from outside counts as loopback",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.255", true), ("::1", true), ("localhost", true), ("0.0.0.0", false),
            ("::", false), ("10.0.0.1", false), ("128.0.0.1", false), ("127.0.0", false),
            ("127.0.0.1.example.org", false),
            ("127.0.0.256", false), ("127.+1.0.1", false), ("127..0.1", false), ("localhost.example.org", false),
            ("", false),
        ]
    )
    func loopback(_ host: String, _ isLoopback: Bool) {
        #expect(ListenAddress(host: host, port: 1).isLoopback == isLoopback)
    }
}
