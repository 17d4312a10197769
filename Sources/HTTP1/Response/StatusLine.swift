public import Bytes

/// Status codes and their phrases (RFC 9110 section 15, RFC 6585 for 429 and 431, RFC 4918 for 507).
public enum StatusLine {
    /// The reason phrase of `status`; empty for a code that this table does not know.
    public static func reason(_ status: Int) -> StaticString {
        switch status {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: ""
        }
    }
}

extension OutputBuffer {
    /// Appends `HTTP/1.1 <status> <reason>` and the line end. `status` has three digits.
    ///
    /// A server says 1.1 to clients of 1.0 too (RFC 9110 section 2.5).
    public mutating func appendStatusLine(_ status: Int) {
        precondition(status >= 100 && status <= 999, "status \(status)")
        guard status != 200 else { return append("HTTP/1.1 200 OK\r\n") }
        append("HTTP/1.1 ")
        append(decimal: status)
        append(UInt8(ascii: " "))
        append(StatusLine.reason(status))
        append("\r\n")
    }

    /// Appends a whole `100 Continue`, for a client that waits with its content.
    public mutating func appendContinue() {
        append("HTTP/1.1 100 Continue\r\n\r\n")
    }
}
