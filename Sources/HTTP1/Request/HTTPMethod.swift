/// A request method (RFC 9110 section 9, and PATCH of RFC 5789).
public enum HTTPMethod: UInt8, Sendable, Hashable {
    case get, head, post, put, patch, delete, options, connect, trace
    /// A method that this enumeration does not know; it may be answered with 405 or 501.
    case other

    /// The method that `bytes` name. Methods are case-sensitive.
    public init(_ bytes: UnsafeRawBufferPointer) {
        let view = unsafe ByteView(bytes)
        self.init(view, in: view.indices)
    }

    init(_ view: ByteView, in range: Range<Int>) {
        switch range.count {
        case 3:
            self = view.equals(range, "GET") ? .get : view.equals(range, "PUT") ? .put : .other
        case 4:
            self = view.equals(range, "POST") ? .post : view.equals(range, "HEAD") ? .head : .other
        case 5:
            self = view.equals(range, "PATCH") ? .patch : view.equals(range, "TRACE") ? .trace : .other
        case 6:
            self = view.equals(range, "DELETE") ? .delete : .other
        case 7:
            self = view.equals(range, "OPTIONS") ? .options : view.equals(range, "CONNECT") ? .connect : .other
        default:
            self = .other
        }
    }
}
