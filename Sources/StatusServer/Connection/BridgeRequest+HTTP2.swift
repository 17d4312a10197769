import HTTP1
import HTTP2

extension BridgeRequest {
    /// The request that an HTTP/2 head stands for; `bytes` are the head's own.
    init(_ head: HeaderBlock, bytes: UnsafeRawBufferPointer, hasBody: Bool) {
        func slice(_ range: Range<Int>?) -> UnsafeRawBufferPointer? {
            range.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
        }
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        let target = slice(head.path) ?? empty
        let mark = target.firstIndex(of: UInt8(ascii: "?"))
        self.init(
            method: HTTPMethod(slice(head.method) ?? empty),
            path: mark.map { UnsafeRawBufferPointer(rebasing: target[..<$0]) } ?? target,
            query: mark.map { UnsafeRawBufferPointer(rebasing: target[($0 + 1)...]) } ?? empty,
            host: slice(head.authority) ?? slice(head.value(of: "host")),
            bytes: bytes,
            fields: head.fields.map { HeaderField(name: $0.name, value: $0.value) },
            hasBody: hasBody
        )
    }
}
