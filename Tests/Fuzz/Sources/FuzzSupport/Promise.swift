/// Traps, which the fuzzer takes for a finding, unless `condition` holds.
@inline(__always)
public func promise(
    _ condition: @autoclosure () -> Bool,
    _ words: @autoclosure () -> String,
    file: StaticString = #file,
    line: UInt = #line
) {
    if !condition() { broken(words(), file: file, line: line) }
}

/// Traps: a promise of the code under test does not hold.
@inline(never)
public func broken(_ words: String, file: StaticString = #file, line: UInt = #line) -> Never {
    preconditionFailure("broken promise: \(words)", file: file, line: line)
}
