/// An address that may be handed to any thread: it never changes, and what lies there is read by the rules of
/// SharedMemory.swift.
@safe
internal struct SharedAddress: @unchecked Sendable {
    internal let pointer: UnsafeMutableRawPointer

    internal init(_ pointer: UnsafeMutableRawPointer) {
        unsafe self.pointer = unsafe pointer
    }
}
