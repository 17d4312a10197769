import Deflate
import Foundation
import ResultStore

/// A store with the usual limits, changed by `adjust`.
func makeStore(_ adjust: (inout ResultStore.Configuration) -> Void = { _ in }) throws -> ResultStore {
    var configuration = ResultStore.Configuration(temporaryFolder: NSTemporaryDirectory())
    adjust(&configuration)
    return try ResultStore(configuration: configuration)
}

/// Some time.
let someTime: Int64 = 1_795_440_890_123

extension ResultStore {
    /// Stores `bytes`, offered in pieces of `pieceLength`.
    func store(
        _ bytes: [UInt8],
        _ description: ResultDescription = ResultDescription(mediaType: "application/octet-stream"),
        limit: Int = .max,
        pieceLength: Int = 100_000
    ) throws -> StoredResult {
        let writer = begin(description, limit: limit)
        if let failure = writer.append(bytes, pieceLength: pieceLength) { throw failure }
        return try writer.finish(at: someTime)
    }

    /// Why `bytes` cannot be stored; nil when they can.
    func refusal(_ bytes: [UInt8], _ description: ResultDescription, limit: Int = .max, pieceLength: Int = 100_000)
        -> ResultFailure?
    {
        do {
            _ = try store(bytes, description, limit: limit, pieceLength: pieceLength)
            return nil
        } catch {
            return error as? ResultFailure
        }
    }
}

extension ResultWriter {
    /// Offers `bytes` in pieces of `pieceLength`.
    func append(_ bytes: [UInt8], pieceLength: Int = .max) -> ResultFailure? {
        var start = 0
        while start < bytes.count {
            let end = start + min(pieceLength, bytes.count - start)
            if let failure = bytes[start..<end].withUnsafeBytes({ append($0) }) { return failure }
            start = end
        }
        return nil
    }

    /// Offers `bytes` as those from `offset` on.
    func append(_ bytes: [UInt8], at offset: Int) -> ResultFailure? {
        bytes.withUnsafeBytes { append($0, at: offset) }
    }
}

extension ResultReader {
    /// The whole body, read in pieces of `pieceLength`.
    func body(pieceLength: Int = 65_536) throws -> [UInt8] {
        var body: [UInt8] = []
        while let piece = try read(atMost: pieceLength) { body += piece }
        return body
    }
}

/// `length` bytes that shrink well.
func text(_ length: Int) -> [UInt8] {
    repeated(someText, length)
}

/// `length` bytes that do not shrink.
func noise(_ length: Int) -> [UInt8] {
    repeated(someNoise, length)
}

private let someText: [UInt8] = (0..<4_000).flatMap { number in
    Array("worker \(number % 17) did \(number &* 2_654_435_761 % 1_000_003) of them\n".utf8)
}

/// Longer than deflate's window, so that repeating it changes nothing.
private let someNoise: [UInt8] = {
    var state: UInt64 = 1
    return (0..<100_003).map { _ in
        // The multiplier of Knuth's MMIX generator; the high bits are the random ones.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}()

private func repeated(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(length)
    while result.count < length { result += bytes.prefix(length - result.count) }
    return result
}

/// `content` as a gzip file of one member.
func gzip(_ content: [UInt8]) -> [UInt8] {
    var file = Gzip.header
    let encoder = SegmentEncoder()
    func take(_ output: SegmentEncoder.Output) {
        if case .bytes(let bytes) = output { file += bytes }
    }
    content.withUnsafeBytes { encoder.append($0, take) }
    encoder.finish(take)
    return file + Gzip.lastBlock
        + Gzip.trailer(checksum: content.withUnsafeBytes { CRC32(of: $0) }, length: content.count)
}

/// What a gzip file holds; nil when it is none.
func gunzip(_ file: [UInt8]) -> [UInt8]? {
    let inflater = Inflater(format: .gzip)
    var content: [UInt8] = []
    var memory = [UInt8](repeating: 0, count: 65_536)
    var rest = file[...]
    while true {
        let step = rest.withUnsafeBytes { bytes in memory.withUnsafeMutableBytes { inflater.inflate(bytes, into: $0) } }
        content += memory.prefix(step.produced)
        rest = rest.dropFirst(step.consumed)
        guard step.status == .more else { return nil }
        if rest.isEmpty, step.produced < memory.count { return inflater.finish() == nil ? content : nil }
    }
}
