/// Reports of progress that follow each other without anything between them: each an update that holds the progress
/// and nothing else, or an entry of a run. Valid during the handler's call only.
@safe
public struct ProgressBatch {
    /// The handle of each, in their order; at least one.
    public let handles: UnsafeBufferPointer<UInt32>
    /// The progress of each, at most ``UpdateLimits/maximumProgress``; as many as handles.
    public let basisPoints: UnsafeBufferPointer<UInt16>
    /// The number of the first; the others have those behind it.
    public let firstSequence: UInt64

    @inlinable
    internal init(
        handles: UnsafeBufferPointer<UInt32>,
        basisPoints: UnsafeBufferPointer<UInt16>,
        firstSequence: UInt64
    ) {
        unsafe self.handles = unsafe handles
        unsafe self.basisPoints = unsafe basisPoints
        self.firstSequence = firstSequence
    }

    /// How many there are.
    @inlinable public var count: Int { unsafe handles.count }
}

/// Where a decoder collects reports, before it hands them to its handler.
@usableFromInline @safe
internal struct ProgressCollector {
    @usableFromInline internal let handles: UnsafeMutablePointer<UInt32>
    @usableFromInline internal let basisPoints: UnsafeMutablePointer<UInt16>
    /// How many there is room for.
    @usableFromInline internal let capacity: Int
    @usableFromInline internal var count = 0

    /// Bytes that one report takes.
    @usableFromInline internal static var stride: Int { 6 }

    /// Collects in `memory`, which is aligned to 8 bytes.
    @inlinable
    internal init(in memory: UnsafeMutableRawBufferPointer) {
        capacity = memory.count / ProgressCollector.stride
        // The memory is never empty, so that it has an address.
        let base = unsafe memory.baseAddress.unsafelyUnwrapped
        unsafe handles = base.bindMemory(to: UInt32.self, capacity: capacity)
        unsafe basisPoints = (base + capacity * 4).bindMemory(to: UInt16.self, capacity: capacity)
    }

    @inlinable @inline(__always)
    internal mutating func append(_ handle: UInt64, _ progress: UInt64) {
        unsafe handles[count] = UInt32(truncatingIfNeeded: handle)
        unsafe basisPoints[count] = UInt16(truncatingIfNeeded: progress)
        count &+= 1
    }
}
