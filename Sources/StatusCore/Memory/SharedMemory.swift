internal import Synchronization

/// Access to memory that readers copy without a lock while a writer may be changing it.
///
/// Every access is one relaxed atomic load or store, a plain move of the machine, so that a copy may be out of date
/// or put together from two moments, which its reader finds out by the stripe's sequence, but is never undefined.
/// Offsets are in bytes; an access must be aligned to its size. (Boehm 2012, "Can seqlocks get along with programming
/// language memory models?", section 4.)
extension UnsafeMutableRawPointer {
    @inline(__always)
    internal func sharedByte(_ offset: Int) -> UInt8 {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt8>.self).pointee.load(ordering: .relaxed)
    }

    @inline(__always)
    internal func sharedQuarter(_ offset: Int) -> UInt16 {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt16>.self).pointee.load(ordering: .relaxed)
    }

    @inline(__always)
    internal func sharedHalf(_ offset: Int) -> UInt32 {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .relaxed)
    }

    @inline(__always)
    internal func sharedWord(_ offset: Int) -> UInt64 {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .relaxed)
    }

    @inline(__always)
    internal func shareByte(_ value: UInt8, _ offset: Int) {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt8>.self).pointee.store(value, ordering: .relaxed)
    }

    @inline(__always)
    internal func shareQuarter(_ value: UInt16, _ offset: Int) {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt16>.self).pointee.store(value, ordering: .relaxed)
    }

    @inline(__always)
    internal func shareHalf(_ value: UInt32, _ offset: Int) {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(value, ordering: .relaxed)
    }

    @inline(__always)
    internal func shareWord(_ value: UInt64, _ offset: Int) {
        unsafe (self + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(value, ordering: .relaxed)
    }

    /// A copy of the plain value that lies here, word by word. `Value` takes a whole number of words.
    @inline(__always)
    internal func sharedCopy<Value: BitwiseCopyable>(as type: Value.Type) -> Value {
        unsafe withUnsafeTemporaryAllocation(byteCount: MemoryLayout<Value>.size, alignment: 8) { copy in
            for offset in stride(from: 0, to: MemoryLayout<Value>.size, by: 8) {
                unsafe copy.storeBytes(of: sharedWord(offset), toByteOffset: offset, as: UInt64.self)
            }
            return unsafe copy.load(as: Value.self)
        }
    }

    /// Writes the plain `value` here, word by word. `Value` takes a whole number of words.
    @inline(__always)
    internal func share<Value: BitwiseCopyable>(_ value: Value) {
        unsafe withUnsafeBytes(of: value) { bytes in
            for offset in stride(from: 0, to: MemoryLayout<Value>.size, by: 8) {
                unsafe shareWord(bytes.load(fromByteOffset: offset, as: UInt64.self), offset)
            }
        }
    }
}
