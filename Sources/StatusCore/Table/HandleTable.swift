/// The jobs of one stream by handle, for workers number their jobs from zero on.
///
/// Entries of 16 bytes in pages of 256, and a directory of pages. Only pages in which something is bound take memory,
/// so that a single large handle costs a page and its place in the directory, and not a million entries. Every page
/// that is absent is one and the same page of zeros, which saves the look-up a question. It belongs to one thread at a
/// time.
@safe
public struct HandleTable: ~Copyable {
    /// What a handle stands for: a job, and one attempt of it.
    public struct Bound: Sendable {
        public let reference: JobReference
        /// Frames that name no attempt speak of this one, so that a worker of an older attempt is refused although it
        /// never says which attempt it works on.
        public let attempt: UInt32
    }

    /// As it lies in a page: two words, which are compared with a record's as they are.
    internal struct Entry: BitwiseCopyable {
        /// The slot, the stripe and the binding: 32, 16 and 16 bits. Without a binding nothing is bound.
        internal private(set) var place: UInt64 = 0
        /// The generation and the attempt, 32 bits each, which a record of the job begins with while the attempt goes
        /// on.
        internal private(set) var life: UInt64 = 0

        /// Nothing.
        @inline(__always)
        internal init() {}

        @inline(__always)
        internal init(_ reference: JobReference, attempt: UInt32) {
            place =
                UInt64(reference.slot.rawValue) | UInt64(reference.stripe) &<< 32 | UInt64(reference.binding) &<< 48
            life = UInt64(reference.generation) | UInt64(attempt) &<< 32
        }

        /// Of the entry behind a page's last: how many of the page are bound.
        internal var count: UInt64 {
            get { place }
            set { place = newValue }
        }

        @inline(__always) internal var slot: UInt32 { UInt32(truncatingIfNeeded: place) }
        @inline(__always) internal var stripe: UInt16 { Entry.stripe(of: place) }
        @inline(__always) internal var binding: UInt16 { UInt16(truncatingIfNeeded: place &>> 48) }
        @inline(__always) internal var isBound: Bool { Entry.isBound(place) }

        @inline(__always)
        internal static func stripe(of place: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: place &>> 32) }

        /// Whether something is bound, told by a place, or the least of many.
        @inline(__always)
        internal static func isBound(_ place: UInt64) -> Bool { place &>> 48 != 0 }

        /// The same with another number of 16 bits where the stripe is.
        @inline(__always)
        internal func with(stripe number: UInt64) -> Entry {
            var entry = self
            entry.place = place & ~(0xFFFF &<< 32) | number &<< 32
            return entry
        }

        internal var attempt: UInt32 {
            @inline(__always) get { UInt32(truncatingIfNeeded: life &>> 32) }
            set { life = life & 0xFFFF_FFFF | UInt64(newValue) &<< 32 }
        }

        @inline(__always)
        internal var reference: JobReference {
            JobReference(
                stripe: stripe,
                slot: Slot(slot),
                generation: UInt32(truncatingIfNeeded: life),
                binding: binding
            )
        }
    }

    private typealias Page = UnsafeMutablePointer<Entry>

    private static let pageBits = UInt32(8)
    private static let pageSize = 1 << Int(pageBits)

    /// The page of zeros: never written, so that all threads may read it.
    private static let nothing = unsafe SharedAddress(UnsafeMutableRawPointer(emptyPage()))

    private let nothing: Page
    private var directory: UnsafeMutablePointer<Page>
    /// Pages that the directory has a place for: none, or a power of two.
    private var count = 0

    /// A table in which nothing is bound.
    public init() {
        unsafe nothing = HandleTable.nothing.pointer.assumingMemoryBound(to: Entry.self)
        unsafe directory = .allocate(capacity: 1)
    }

    deinit {
        for page in 0..<count where unsafe directory[page] != nothing { unsafe directory[page].deallocate() }
        unsafe directory.deallocate()
    }

    /// One entry more than its handles: how many are bound stands in the last one.
    private static func emptyPage() -> Page {
        let page = Page.allocate(capacity: pageSize + 1)
        unsafe page.initialize(repeating: Entry(), count: pageSize + 1)
        return unsafe page
    }

    /// The entry of `handle`, whose binding is 0 when it is not bound; then it must not be written to. Good until the
    /// next bind or unbind.
    @inline(__always)
    internal func entry(_ handle: UInt32) -> UnsafeMutablePointer<Entry> {
        let number = Int(handle &>> HandleTable.pageBits)
        let page = unsafe number < count ? directory[number] : nothing
        return unsafe page + Int(handle) & (HandleTable.pageSize &- 1)
    }

    /// True when the directory has a place for each of some handles, of which `bits` has the bits of all: the places
    /// are a power of two.
    @inline(__always)
    internal func covers(bits: UInt32) -> Bool { Int(bits &>> HandleTable.pageBits) < count }

    /// The entry of `handle`, which is covered.
    @inline(__always)
    internal func entry(covered handle: UInt32) -> UnsafeMutablePointer<Entry> {
        // Covered: the directory has as many places as its count says.
        let page = unsafe directory[Int(handle &>> HandleTable.pageBits)]
        return unsafe page + Int(handle) & (HandleTable.pageSize &- 1)
    }

    /// True when the pages in use may not fit into the caches near the processor.
    internal var isLarge: Bool { count > HandleTable.manyPages }

    /// 32,768 handles, whose entries take half a megabyte.
    private static let manyPages = 128

    /// What `handle` stands for, or nil when it is not bound.
    public subscript(_ handle: UInt32) -> Bound? {
        let entry = unsafe entry(handle).pointee
        return !entry.isBound ? nil : Bound(reference: entry.reference, attempt: entry.attempt)
    }

    /// Makes `handle` stand for an attempt of a job, whose `reference` came from binding; what it stood for before is
    /// forgotten.
    public mutating func bind(_ handle: UInt32, to reference: JobReference, attempt: UInt32) {
        precondition(reference.binding != 0, "handle \(handle): the reference did not come from binding")
        let number = Int(handle >> HandleTable.pageBits)
        if number >= count { grow(to: number + 1) }
        if unsafe directory[number] == nothing { unsafe directory[number] = HandleTable.emptyPage() }
        let entry = unsafe entry(handle)
        if unsafe !entry.pointee.isBound { unsafe directory[number][HandleTable.pageSize].count += 1 }
        unsafe entry.pointee = Entry(reference, attempt: attempt)
    }

    /// Makes `handle`, which is bound, stand for another attempt of its job.
    public mutating func move(_ handle: UInt32, to attempt: UInt32) {
        let entry = unsafe entry(handle)
        precondition(unsafe entry.pointee.isBound, "handle \(handle) is not bound")
        unsafe entry.pointee.attempt = attempt
    }

    /// Forgets `handle` and returns what it stood for.
    public mutating func unbind(_ handle: UInt32) -> Bound? {
        guard let bound = self[handle] else { return nil }
        let number = Int(handle >> HandleTable.pageBits)
        let page = unsafe directory[number]
        unsafe entry(handle).pointee = Entry()
        unsafe page[HandleTable.pageSize].count -= 1
        if unsafe page[HandleTable.pageSize].count == 0 {
            unsafe page.deallocate()
            unsafe directory[number] = nothing
        }
        return bound
    }

    /// Calls `body` with each bound job.
    public func forEach(_ body: (JobReference) -> Void) {
        for number in 0..<count where unsafe directory[number] != nothing {
            for place in 0..<HandleTable.pageSize {
                let entry = unsafe directory[number][place]
                if entry.isBound { body(entry.reference) }
            }
        }
    }

    /// Twice as large each time, so that binding a million handles in a row copies little.
    private mutating func grow(to wanted: Int) {
        var size = max(1, count * 2)
        while size < wanted { size *= 2 }
        let fresh = UnsafeMutablePointer<Page>.allocate(capacity: size)
        unsafe fresh.initialize(repeating: nothing, count: size)
        unsafe fresh.update(from: directory, count: count)
        unsafe directory.deallocate()
        unsafe directory = fresh
        count = size
    }
}
