import HTTP1

/// One request as the bridge sees it, whichever transport brought it.
///
/// Everything in it is borrowed: the pointers are valid for the call that takes the request, and not longer. HTTP/2
/// gives the pseudo headers through ``method``, ``path``, ``query`` and ``host``, and the rest as ``fields``.
struct BridgeRequest {
    var method: HTTPMethod
    /// The path as it was sent, still percent-encoded. It is split on `/` before its parts are decoded.
    var path: UnsafeRawBufferPointer
    /// What follows the `?`, still percent-encoded; empty when there is none.
    var query: UnsafeRawBufferPointer
    /// `Host`, `:authority`, or the authority of an absolute target; nil when an HTTP/1.0 client sent none.
    var host: UnsafeRawBufferPointer?
    /// What ``fields`` points into.
    var bytes: UnsafeRawBufferPointer
    /// The header fields in the order they came in; names in any case.
    var fields: [HeaderField]
    /// True when a body follows, or may follow: its length is unknown or above zero.
    var hasBody: Bool
    /// True when the client's connection is encrypted, so that URLs in answers begin with `https`.
    var isSecure: Bool

    init(
        method: HTTPMethod,
        path: UnsafeRawBufferPointer,
        query: UnsafeRawBufferPointer,
        host: UnsafeRawBufferPointer?,
        bytes: UnsafeRawBufferPointer,
        fields: [HeaderField],
        hasBody: Bool,
        isSecure: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.host = host
        self.bytes = bytes
        self.fields = fields
        self.hasBody = hasBody
        self.isSecure = isSecure
    }

    /// The value of the first field with this name, without surrounding white space; nil when there is none.
    ///
    /// - Parameter lowercaseName: the name in lower case; the case of what was sent does not matter.
    func value(of lowercaseName: StaticString) -> UnsafeRawBufferPointer? {
        guard let range = fields.value(of: lowercaseName, in: bytes) else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[range])
    }
}
