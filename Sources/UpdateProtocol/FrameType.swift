/// The first byte of a frame.
///
/// `1xxx xxxx` is an update, its low bits saying what is present; `01xx xxxx` the other compact types; `000x xxxx` the
/// types with a length that a receiver must know; `001x xxxx` those that it may skip.
@usableFromInline
internal enum FrameType {
    @usableFromInline static let hello: UInt8 = 0x01
    @usableFromInline static let bind: UInt8 = 0x02
    @usableFromInline static let start: UInt8 = 0x03
    @usableFromInline static let complete: UInt8 = 0x04
    @usableFromInline static let fail: UInt8 = 0x05
    @usableFromInline static let retry: UInt8 = 0x06
    @usableFromInline static let resultBegin: UInt8 = 0x07
    @usableFromInline static let resultBytes: UInt8 = 0x08
    @usableFromInline static let resultEnd: UInt8 = 0x09
    @usableFromInline static let cancelAnswer: UInt8 = 0x0A
    @usableFromInline static let unbind: UInt8 = 0x0B
    @usableFromInline static let flush: UInt8 = 0x0C
    @usableFromInline static let goodbye: UInt8 = 0x0D

    @usableFromInline static let welcome: UInt8 = 0x10
    @usableFromInline static let acknowledgement: UInt8 = 0x11
    @usableFromInline static let refusal: UInt8 = 0x12
    @usableFromInline static let cancel: UInt8 = 0x13
    @usableFromInline static let resultState: UInt8 = 0x14
    @usableFromInline static let expired: UInt8 = 0x15
    @usableFromInline static let slowDown: UInt8 = 0x16
    @usableFromInline static let serverGoodbye: UInt8 = 0x17
    @usableFromInline static let error: UInt8 = 0x18

    @usableFromInline static let run: UInt8 = 0x40
    @usableFromInline static let denseRun: UInt8 = 0x41

    @usableFromInline static let update: UInt8 = 0x80
    /// An update that says the progress and nothing else: nearly all of them.
    @usableFromInline static let progressUpdate: UInt8 = 0x81

    /// True of the types that carry a length, which a receiver can therefore delimit without knowing them.
    @inlinable static func hasLength(_ type: UInt8) -> Bool { type < 0x40 }
    /// True of the types that a receiver skips when it does not know them.
    @inlinable static func isOptional(_ type: UInt8) -> Bool { type & 0xE0 == 0x20 }
}

/// What an update frame holds besides its handle, in the order of the fields on the wire after the attempt.
@usableFromInline
internal enum UpdateField {
    @usableFromInline static let progress: UInt8 = 0x01
    @usableFromInline static let units: UInt8 = 0x02
    @usableFromInline static let unit: UInt8 = 0x04
    @usableFromInline static let step: UInt8 = 0x08
    @usableFromInline static let note: UInt8 = 0x10
    @usableFromInline static let attempt: UInt8 = 0x20
    @usableFromInline static let reserved: UInt8 = 0x40
}

/// What a bind says about the job; the fields follow in the order of the bits.
@usableFromInline
internal enum BindFlag {
    @usableFromInline static let create: UInt64 = 1 << 0
    @usableFromInline static let share: UInt64 = 1 << 1
    @usableFromInline static let type: UInt64 = 1 << 2
    @usableFromInline static let ttl: UInt64 = 1 << 3
    @usableFromInline static let stall: UInt64 = 1 << 4
    @usableFromInline static let failWhenStalled: UInt64 = 1 << 5
    @usableFromInline static let labels: UInt64 = 1 << 6
    @usableFromInline static let parent: UInt64 = 1 << 7
    @usableFromInline static let resultTTL: UInt64 = 1 << 8
}
