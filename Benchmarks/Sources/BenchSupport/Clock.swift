import Glibc

/// Nanoseconds since any fixed moment, never going back.
@inline(__always)
public func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

extension [Double] {
    /// The middle one, the upper one of two; there must be one.
    public var median: Double { sorted()[count / 2] }
}

/// `number` with one decimal, right-aligned in ten columns.
public func column(_ number: Double) -> String { column("\((number * 10).rounded() / 10)") }

/// `text` right-aligned in ten columns.
public func column(_ text: String) -> String { String(repeating: " ", count: max(0, 10 - text.count)) + text }
