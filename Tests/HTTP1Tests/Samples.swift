import HTTP1

/// Requests that are accepted, each with something of its own.
enum Samples {
    /// What n8n 2.x sends for a status check, byte for byte.
    static let n8nStatus =
        "GET /api/jobs/1/status HTTP/1.1\r\n"
        + "Accept: application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7\r\n"
        + "User-Agent: n8n\r\nAccept-Encoding: gzip, compress, deflate, br\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n"

    static let accepted: [Wire] = [
        Wire(n8nStatus),
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /x?a=b?c HTTP/1.1\r\nhOST:a:80\r\nX-Empty:\r\nX-Tab:\t a\tb \t\r\n\r\n",
        "POST /api/jobs HTTP/1.1\r\nHost: [::1]:8080\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n",
        "PUT /r HTTP/1.1\r\nTransfer-Encoding: Chunked\r\nHost: \r\nConnection: foo, Close\r\n\r\n",
        "HEAD http://example.org:81?q HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: x\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n",
        "PURGE /a/b%2Fc HTTP/1.1\r\nHost: a\r\nX: caf\u{e9}\r\nX_y.z~1: |\r\n\r\n",
    ]

    /// Requests that are refused, and why.
    static let refused: [(Wire, RequestFailure)] = [
        // The request line.
        (" GET / HTTP/1.1\r\n", .malformedRequestLine),
        ("GET\t/ HTTP/1.1\r\n", .malformedRequestLine),
        ("GET  / HTTP/1.1\r\n", .malformedRequestLine),
        ("GET /  HTTP/1.1\r\n", .malformedRequestLine),
        ("GET /\r\n", .malformedRequestLine),
        ("GET / HTTP/1.1 \r\n", .malformedRequestLine),
        ("GET / http/1.1\r\n", .malformedRequestLine),
        ("GET / HTTP/11\r\n", .malformedRequestLine),
        ("G(T / HTTP/1.1\r\n", .malformedRequestLine),
        ("GET / HTTP/2.0\r\n", .unsupportedVersion),
        ("GET / HTTP/0.9\r\n", .unsupportedVersion),
        ("GET / HTTP/1.2\r\n", .unsupportedVersion),
        ("PRI * HTTP/2.0\r\n", .malformedTarget),
        ("\nGET / HTTP/1.1\r\n", .bareLineEnd),
        ("\rGET / HTTP/1.1\r\n", .bareLineEnd),
        ("GET / HTTP/1.1\nHost: a\n\n", .bareLineEnd),
        ("GET / HTTP/1.1\rHost: a\r\r", .bareLineEnd),
        ("AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDDE", .methodTooLong),
        // The target.
        ("GET a HTTP/1.1\r\n", .malformedTarget),
        ("GET * HTTP/1.1\r\n", .malformedTarget),
        ("GET /a#b HTTP/1.1\r\n", .malformedTarget),
        ("GET /\u{e9} HTTP/1.1\r\n", .malformedTarget),
        ("GET /\u{0} HTTP/1.1\r\n", .malformedTarget),
        ("GET /\u{7f} HTTP/1.1\r\n", .malformedTarget),
        ("GET ftp://a/ HTTP/1.1\r\n", .malformedTarget),
        ("GET http:/a HTTP/1.1\r\n", .malformedTarget),
        ("GET http:///a HTTP/1.1\r\n", .malformedHost),
        ("GET http://u@a/ HTTP/1.1\r\n", .malformedHost),
        ("CONNECT /a HTTP/1.1\r\n", .malformedTarget),
        ("CONNECT a HTTP/1.1\r\n", .malformedTarget),
        // Field lines.
        ("GET / HTTP/1.1\r\n Host: a\r\n", .foldedField),
        ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n", .foldedField),
        ("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n", .foldedField),
        ("GET / HTTP/1.1\r\nHost : a\r\n", .whitespaceBeforeColon),
        ("GET / HTTP/1.1\r\nHost\t: a\r\n", .whitespaceBeforeColon),
        ("GET / HTTP/1.1\r\n: a\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nHost\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nH\u{e9}: a\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nH[o]st: a\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nX: a\nHost: b\r\n", .bareLineEnd),
        ("GET / HTTP/1.1\r\nX: a\rHost: b\r\n", .bareLineEnd),
        ("GET / HTTP/1.1\r\nX\nHost: b\r\n", .bareLineEnd),
        ("GET / HTTP/1.1\r\nX: a\r\n\nHost: b\r\n", .bareLineEnd),
        ("GET / HTTP/1.1\r\nHost: a\r\n\rX", .bareLineEnd),
        ("GET / HTTP/1.1\r\nX: a\u{0}b\r\n", .controlCharacter),
        ("GET / HTTP/1.1\r\nX: a\u{b}b\r\n", .controlCharacter),
        ("GET / HTTP/1.1\r\nX: a\u{7f}b\r\n", .controlCharacter),
        // Host.
        ("GET / HTTP/1.1\r\n\r\n", .missingHost),
        ("GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", .severalHosts),
        ("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n", .severalHosts),
        ("GET / HTTP/1.1\r\nHost: a b\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: a@b\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: a:b\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: a:65536\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: :80\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: [::1\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: []\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: [::1]80\r\n", .malformedHost),
        // Lengths.
        (post("Content-Length: +5"), .malformedLength),
        (post("Content-Length: -5"), .malformedLength),
        (post("Content-Length: 0x5"), .malformedLength),
        (post("Content-Length: 5 5"), .malformedLength),
        (post("Content-Length: 5, 5"), .malformedLength),
        (post("Content-Length:"), .malformedLength),
        (post("Content-Length: 9223372036854775808"), .malformedLength),
        (post("Content-Length: 18446744073709551621"), .malformedLength),
        (post("Content-Length: 5\r\nContent-Length: 5"), .severalLengths),
        (post("Content-Length: 5\r\nContent-Length: 6"), .severalLengths),
        (post("Content-Length: 9223372036854775807"), .bodyTooLarge),
        (post("Content-Length: 5\r\nTransfer-Encoding: chunked"), .lengthWithCoding),
        (post("Transfer-Encoding: chunked\r\nContent-Length: 0"), .lengthWithCoding),
        // Codings.
        (post("Transfer-Encoding:"), .malformedCoding),
        (post("Transfer-Encoding: ,"), .malformedCoding),
        (post("Transfer-Encoding: identity"), .malformedCoding),
        (post("Transfer-Encoding: chunked, gzip"), .malformedCoding),
        (post("Transfer-Encoding: chunked;a=b"), .malformedCoding),
        (post("Transfer-Encoding: \"chunked\""), .malformedCoding),
        (post("Transfer-Encoding: xchunked"), .malformedCoding),
        (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), .malformedCoding),
        (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"), .malformedCoding),
        (post("Transfer-Encoding: gzip, chunked"), .unsupportedCoding),
        (post("Transfer-Encoding: chunked, chunked"), .unsupportedCoding),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .codingInOldVersion),
    ]

    private static func post(_ fields: String) -> Wire {
        Wire("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")
    }
}
