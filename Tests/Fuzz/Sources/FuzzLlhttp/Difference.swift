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

    /// True when what llhttp says of a request that we accept is no fault of ours.
    ///
    /// - A method that it has no number for: RFC 9110 section 9.1 makes any token a method, which a server that does
    ///   not know it answers with 501 or 405; only the connection goes on here instead of ending.
    /// - A tab beside a length or a coding: whitespace around a value is spaces and tabs (RFC 9112 section 5.1, RFC 9110
    ///   section 5.6.3) and no part of it; llhttp takes spaces only there.
    static func isExplained(_ request: ReadRequest, _ error: HTTPParserError?, in stream: ArraySlice<UInt8>) -> Bool {
        if error == .invalidContentLength || error == .invalidTransferEncoding { return stream.contains(0x09) }
        return error == .invalidMethod && !known.contains(String(decoding: request.method, as: UTF8.self))
    }

    /// The field without whitespace around its value. SwiftNIO does not take all tabs away; RFC
    /// 9110 section 5.5 has a parser exclude tabs too.
    static func trimmed(_ field: ReadRequest.Field) -> ReadRequest.Field {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let value = field.value.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return ReadRequest.Field(name: field.name, value: Array(value))
    }

    /// The methods of llhttp that come with HTTP, the ones that the server answers otherwise than with 405 among them.
    private static let known: Set = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]
}
