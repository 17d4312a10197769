/// Keeps the last line that is not blank of what a program prints: its last words when it fails.
struct LastLine {
    private var lines = OutputLines()
    private var last: [UInt8] = []

    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        Self.feed(bytes, to: &lines, keeping: &last)
    }

    /// The line as text of at most ``RunLimits/lineBytes`` bytes, without controls and the spaces around; nil when
    /// nothing was said. Bytes that are not UTF-8 show as U+FFFD.
    func text() -> String? {
        var lines = lines
        var last = last
        lines.finish { Self.keep($0.text, in: &last) }
        let from = last.drop { $0 == Byte.space }
        guard let end = from.lastIndex(where: { $0 != Byte.space }) else { return nil }
        var text = String(decoding: from[...end], as: UTF8.self)
        while text.utf8.count > RunLimits.lineBytes { text.removeLast() }
        return text
    }

    private static func feed(
        _ bytes: UnsafeRawBufferPointer,
        to lines: inout OutputLines,
        keeping last: inout [UInt8]
    ) {
        lines.feed(bytes) { if !$0.isPreview { keep($0.text, in: &last) } }
    }

    private static func keep(_ text: UnsafeRawBufferPointer, in last: inout [UInt8]) {
        guard text.contains(where: { $0 != Byte.space }) else { return }
        last.removeAll(keepingCapacity: true)
        last.append(contentsOf: text)
    }
}
