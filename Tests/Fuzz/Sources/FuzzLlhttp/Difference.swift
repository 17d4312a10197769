import HTTP1
import NIOHTTP1
import RequestReading

/// Where our parser and llhttp 9.3 differ by intention; everything else that only we accept is a finding.
enum Difference {
    /// How much of the stream can be compared: up to the first request after which the two go different ways, that one
    /// included where it reads the same. Nil when that is nothing.
    ///
    /// - After CONNECT, and after a request with an Upgrade field, llhttp takes what follows for another protocol. A
    ///   server may ignore Upgrade (RFC 9110 section 7.8) and ours does; CONNECT it answers with an error, and what
    ///   follows an error is the next request (section 9.3.6).
    /// - After a request that ends the connection ours stops as well: the connection, not the parser, sees to it.
    /// - Bytes beyond ASCII in a field: SwiftNIO makes text of them and replaces what is no UTF-8, so that they cannot
    ///   be compared. They are `obs-text` (RFC 9110 section 5.5), which a recipient keeps as it is.
    static func comparableEnd(of conversation: Conversation) -> Int? {
        var end: Int?
        for (request, place) in zip(conversation.requests, conversation.ends) {
            if request.method == Array("CONNECT".utf8) || !request.values(of: "upgrade").isEmpty { return end }
            if request.fields.contains(where: { $0.value.contains { $0 >= 0x80 } }) { return end }
            end = place
            if request.closes { return end }
        }
        return end
    }

    /// The stream up to `end`, with a space for each tab in the lines that frame a request's content.
    ///
    /// Whitespace around a value is spaces and tabs, and no part of it (RFC 9112 section 5.1, RFC 9110 section 5.6.3);
    /// llhttp takes no tab beside a length or a coding. Both values are one word where we accept them, so that every
    /// tab of the line stands around it.
    static func withoutTabs(_ stream: [UInt8], upTo end: Int, _ conversation: Conversation) -> [UInt8] {
        var bytes = Array(stream[..<end])
        for start in [0] + conversation.ends where start < end {
            var lineStart = start
            var isRequestLineOver = false
            while let lineEnd = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = bytes[lineStart..<lineEnd]
                if line.count <= 1, isRequestLineOver { break }
                if line.count > 1 { isRequestLineOver = true }
                if isFraming(line) {
                    for index in line.indices where bytes[index] == 0x09 { bytes[index] = 0x20 }
                }
                lineStart = lineEnd + 1
            }
        }
        return bytes
    }

    private static func isFraming(_ line: ArraySlice<UInt8>) -> Bool {
        let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).lowercased()
        return name == "content-length" || name == "transfer-encoding"
    }

    /// True when what llhttp says of a request that we accept is no fault of ours: it has no number for the method.
    ///
    /// RFC 9110 section 9.1 makes any token a method. A server answers one that it does not know with 501 or 405, and
    /// the connection goes on.
    static func isExplained(_ request: ReadRequest, _ error: HTTPParserError?) -> Bool {
        error == .invalidMethod && !registered.contains(String(decoding: request.method, as: UTF8.self))
    }

    /// The field without whitespace around its value: SwiftNIO leaves tabs there, which RFC 9110 section 5.5 has a
    /// recipient take away.
    static func trimmed(_ field: ReadRequest.Field) -> ReadRequest.Field {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let value = field.value.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return ReadRequest.Field(name: field.name, value: Array(value))
    }

    /// The methods of RFC 9110 and RFC 5789, which llhttp has to know; CONNECT is not compared.
    private static let registered: Set = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]
}
