public import Bytes

/// Writing header fields. Names are literals as they shall appear; values that come from elsewhere cannot end the line.
extension OutputBuffer {
    /// Appends a field with a fixed value.
    public mutating func appendHeader(_ name: StaticString, _ value: StaticString) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }

    /// Appends a field with a number.
    public mutating func appendHeader(_ name: StaticString, _ value: Int) {
        append(name)
        append(": ")
        append(decimal: value)
        append("\r\n")
    }

    /// Appends a field with a value that may come from anywhere: control characters become spaces, as RFC 9110
    /// section 5.5 has it, so that no value can start another field.
    public mutating func appendHeader(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        let view = unsafe ByteView(value)
        append(name)
        append(": ")
        var start = 0
        while true {
            let end = view.endOfText(from: start, to: view.count)
            unsafe append(view.slice(start..<end))
            guard end < view.count else { break }
            append(view[end] == ASCII.tab ? ASCII.tab : ASCII.space)
            start = end &+ 1
        }
        append("\r\n")
    }

    /// Appends a field with the UTF-8 bytes of `value`, control characters replaced by spaces.
    public mutating func appendHeader(_ name: StaticString, text value: String) {
        var value = value
        value.withUTF8 { unsafe appendHeader(name, UnsafeRawBufferPointer($0)) }
    }

    /// Appends `Content-Length`.
    public mutating func appendContentLength(_ length: Int) {
        precondition(length >= 0, "negative length \(length)")
        appendHeader("Content-Length", length)
    }

    /// Appends `Transfer-Encoding: chunked`; never to a client of HTTP/1.0.
    public mutating func appendTransferEncodingChunked() {
        append("Transfer-Encoding: chunked\r\n")
    }

    /// Appends what `head` must be told about the connection: `close` when it ends after this answer, `keep-alive`
    /// when an HTTP/1.0 client relies on it, and else nothing.
    ///
    /// `closes` is for a server that ends the connection for reasons of its own.
    public mutating func appendConnection(for head: RequestHead, closes: Bool = false) {
        if closes || head.closes {
            append("Connection: close\r\n")
        } else if head.needsKeepAliveEcho {
            append("Connection: keep-alive\r\n")
        }
    }

    /// Appends the empty line that ends the head.
    public mutating func appendEndOfHead() {
        append("\r\n")
    }
}
