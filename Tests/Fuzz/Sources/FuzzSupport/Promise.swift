import Glibc

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
    // A trap says nothing in an optimised build.
    var message = "\(file):\(line): broken promise: \(words)\n"
    _ = message.withUTF8 { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    abort()
}
