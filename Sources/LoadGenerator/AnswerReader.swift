import Glibc

/// Cuts what arrives into HTTP/1.1 answers and compares each with what it must begin with.
///
/// The head of an answer is mostly that of the one before, byte for byte: then nothing of it has to be read.
struct AnswerReader {
    enum Reading: Equatable {
        /// More bytes are needed.
        case incomplete
        /// The answer that was expected; it ends before `end`.
        case right(end: Int)
        /// Another answer; it ends before `end`.
        case wrong(end: Int)
        /// No answer whose end can be told.
        case broken
    }

    /// The last head that was read, its empty line included.
    private var lastHead: [UInt8] = []
    private var last = Head(status: 0, bodyLength: 0)

    private struct Head {
        var status: Int
        var bodyLength: Int
    }

    /// Reads the answer that begins at `start`.
    mutating func read(_ bytes: UnsafeRawBufferPointer, from start: Int, expecting beginning: [UInt8]) -> Reading {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        if !isLastHead(rest) {
            guard let length = Self.headLength(rest) else {
                return rest.count < LoadLimits.answerBytes ? .incomplete : .broken
            }
            guard let head = Self.head(UnsafeRawBufferPointer(rebasing: rest[..<length])) else { return .broken }
            last = head
            lastHead = Array(rest[..<length])
        }
        let end = lastHead.count + last.bodyLength
        guard rest.count >= end else { return end <= LoadLimits.answerBytes ? .incomplete : .broken }
        let isRight =
            last.status == 200 && last.bodyLength >= beginning.count
            && beginning.withUnsafeBytes { Self.areEqual(rest, from: lastHead.count, $0) }
        return isRight ? .right(end: start + end) : .wrong(end: start + end)
    }

    private func isLastHead(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !lastHead.isEmpty, bytes.count >= lastHead.count else { return false }
        return lastHead.withUnsafeBytes { Self.areEqual(bytes, from: 0, $0) }
    }

    private static func areEqual(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int,
        _ other: UnsafeRawBufferPointer
    ) -> Bool {
        guard let first = bytes.baseAddress, let second = other.baseAddress else { return false }
        return memcmp(first + start, second, other.count) == 0
    }

    /// The bytes up to the end of the empty line.
    private static func headLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        var end = 4
        while end <= bytes.count {
            if bytes[end - 1] == lf, bytes[end - 2] == cr, bytes[end - 3] == lf, bytes[end - 4] == cr { return end }
            end += 1
        }
        return nil
    }

    /// Status and length; nil for a head without a plain length.
    private static func head(_ bytes: UnsafeRawBufferPointer) -> Head? {
        let lines = String(decoding: bytes, as: UTF8.self).lowercased().split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0] == "http/1.1", let status = Int(words[1]) else { return nil }
        var length: Int?
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            if parts[0] == "transfer-encoding" { return nil }
            if parts[0] == "content-length" { length = Int(parts[1].filter { $0 != " " }) }
        }
        guard let length, length >= 0 else { return nil }
        return Head(status: status, bodyLength: length)
    }
}
