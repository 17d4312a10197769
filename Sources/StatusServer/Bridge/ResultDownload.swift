import ResultStore

/// A stored result on its way out: the transport sends ``fields``, then ``body``. To HEAD it sends the fields only.
///
/// A failure after the head has been sent closes the connection without the last chunk: a body that ends cleanly is
/// taken for a whole one.
struct ResultDownload: Sendable {
    /// Complete but for the framing; `Content-Encoding` is among them.
    var fields: ResponseFields
    let result: StoredResult
    let body: ResultBody
}
