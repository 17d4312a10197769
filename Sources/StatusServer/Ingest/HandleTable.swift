import StatusCore

/// The jobs of one stream by handle: pages of an array, because workers number their jobs from zero on.
///
/// Only pages in which something is bound take memory, so that a single large handle costs a page and not a million
/// places.
struct HandleTable {
    /// What a handle stands for: a job, and one attempt of it.
    struct Bound {
        let reference: JobReference
        /// Frames that name no attempt speak of this one, so that a worker of an older attempt is refused although it
        /// never says which attempt it works on.
        var attempt: UInt32
    }

    /// Handles a page; 64 places of 16 bytes are a kibibyte.
    private static let pageSize = 64
    private static let pageBits = UInt32(pageSize.trailingZeroBitCount)

    /// An absent page is an empty array, which takes no memory of its own.
    private var pages: [[Bound?]] = []

    /// What `handle` stands for, or nil when it is not bound.
    @inline(__always)
    subscript(_ handle: UInt32) -> Bound? {
        let page = Int(handle >> Self.pageBits)
        guard page < pages.count, !pages[page].isEmpty else { return nil }
        return pages[page][Self.place(handle)]
    }

    /// Makes `handle` stand for an attempt of a job; what it stood for before is forgotten.
    mutating func bind(_ handle: UInt32, to reference: JobReference, attempt: UInt32) {
        let page = Int(handle >> Self.pageBits)
        if page >= pages.count {
            pages.append(contentsOf: repeatElement([], count: page + 1 - pages.count))
        }
        if pages[page].isEmpty {
            pages[page] = Array(repeating: nil, count: Self.pageSize)
        }
        pages[page][Self.place(handle)] = Bound(reference: reference, attempt: attempt)
    }

    /// Makes `handle`, which is bound, stand for another attempt of its job.
    mutating func move(_ handle: UInt32, to attempt: UInt32) {
        pages[Int(handle >> Self.pageBits)][Self.place(handle)]?.attempt = attempt
    }

    /// Forgets `handle` and returns what it stood for.
    mutating func unbind(_ handle: UInt32) -> Bound? {
        guard let bound = self[handle] else { return nil }
        let page = Int(handle >> Self.pageBits)
        pages[page][Self.place(handle)] = nil
        if pages[page].allSatisfy({ $0 == nil }) { pages[page] = [] }
        return bound
    }

    /// Calls `body` with each bound job.
    func forEach(_ body: (JobReference) -> Void) {
        for page in pages {
            for case let bound? in page { body(bound.reference) }
        }
    }

    @inline(__always)
    private static func place(_ handle: UInt32) -> Int {
        Int(handle) & (pageSize - 1)
    }
}
