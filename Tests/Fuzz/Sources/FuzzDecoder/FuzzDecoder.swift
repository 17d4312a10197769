import FuzzSupport
import UpdateProtocol

/// One input: a byte of choices (bit 0: down instead of up; bits 1 to 3: how many cuts; bit 4: the smallest limits),
/// the cuts as two bytes each, and a stream. What a decoder reports must not depend on where the stream is cut, nor on
/// a handler that stops it after each frame.
@c(LLVMFuzzerTestOneInput)
public func fuzzDecoder(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let choices = input.byte()
    var cuts = (0..<Int(choices >> 1 & 7)).map { _ in Int(input.byte()) | Int(input.byte()) << 8 }
    let stream = input.take()
    cuts = cuts.map { $0 % (stream.count + 1) }.sorted()
    let limits = choices & 0x10 == 0 ? UpdateLimits() : .assumed
    if choices & 1 == 0 {
        let whole = Transcript(up: stream, .whole, limits)
        compare(whole, Transcript(up: stream, .at(cuts), limits), "cut at \(cuts)")
        compare(whole, Transcript(up: stream, .bytewise, limits), "cut everywhere")
        compare(whole, Transcript(up: stream, .at(cuts), stopsAlways: true, limits), "stopped, cut at \(cuts)")
    } else {
        let whole = Transcript(down: stream, .whole, limits)
        compare(whole, Transcript(down: stream, .at(cuts), limits), "cut at \(cuts)")
        compare(whole, Transcript(down: stream, .bytewise, limits), "cut everywhere")
        compare(whole, Transcript(down: stream, .at(cuts), stopsAlways: true, limits), "stopped, cut at \(cuts)")
    }
    return 0
}

private func compare(_ whole: Transcript, _ other: Transcript, _ how: @autoclosure () -> String) {
    if whole != other {
        broken("\(how()):\n\(whole.log.text)\(whole.error as Any)\n\(other.log.text)\(other.error as Any)")
    }
}
