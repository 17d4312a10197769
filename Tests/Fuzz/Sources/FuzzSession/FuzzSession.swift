import FuzzSupport
import NIOCore

/// One input: a byte of choices, and what a client does.
///
/// Bit 0 set: the rest is raw HTTP/2 from the preface on, read in pieces of a size that bits 4 to 7 give. Else it is
/// steps of an honest HTTP/2 client with dishonest frames inside (``run(_:_:cutting:)``); with bit 1 it never opens a
/// window, without it the outcome must not depend on where the bytes are cut.
@c(LLVMFuzzerTestOneInput)
public func fuzzSession(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let choices = input.byte()
    do {
        if choices & 1 != 0 {
            try runRaw(input.take(), pieceSize: 1 << Int(choices >> 4))
        } else {
            let size = 3 + Int(choices >> 4) * 7
            let whole = try run(input, reads: choices & 2 == 0, readSize: .max, pieceSize: .max)
            if choices & 2 == 0 {
                let cut = try run(input, reads: true, readSize: size, pieceSize: max(1, size / 4))
                if whole != cut { broken("cut by \(size):\n\(whole.text)\n\(cut.text)") }
            }
        }
    } catch {
        broken("\(error)")
    }
    return 0
}

/// Any bytes: the server survives, stays within its bounds, and frees everything with the connection.
private func runRaw(_ bytes: UnsafeRawBufferPointer, pieceSize: Int) throws {
    let world = try World()
    var start = 0
    var sent = 0
    while start < bytes.count {
        let end = min(start + pieceSize, bytes.count)
        try world.receive(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
        world.checkBounds()
        sent += try world.takeSent().count
    }
    world.wait(.seconds(1))
    world.checkBounds()
    sent += try world.takeSent().count
    // The largest amplification: a request of a few bytes for a list or an error with its fields; refusals of updates
    // of two bytes. More would be a loop.
    promise(sent <= 100_000 + bytes.count * 1_000, "\(sent) bytes in answer to \(bytes.count)")
    try world.end()
    _ = world.checkTable()
}

/// Steps of two bytes and their data: bits 0 to 2 of the first say what is done, bits 3 and 4 on which of four streams,
/// the second byte gives the length of the data. Returns what came of it all.
private func run(_ input: Input, reads: Bool, readSize: Int, pieceSize: Int) throws -> Log {
    var input = input
    let world = try World()
    let worker = Worker(world, reads: reads, readSize: readSize, pieceSize: pieceSize)
    try worker.pump()
    while !input.isEmpty {
        let step = input.byte()
        let place = Int(step >> 3 & 3)
        let data = input.take(Int(input.byte()))
        switch step & 7 {
        case 0, 1: try worker.send(place, data)
        case 2: try worker.end(place)
        case 3: try worker.reset(place)
        case 4: try worker.ask("DELETE", "/api/jobs/\(name(data))")
        case 5: try worker.ask("GET", "/api/jobs/\(name(data))")
        case 6: try worker.ask("GET", "/api/jobs")
        default: world.wait(.milliseconds(Int64(data.count) * 100))
        }
        world.wait()
        try worker.pump()
    }
    world.wait(.milliseconds(5))
    try worker.pump()
    var log = worker.refusals
    world.checkTable().bytes.withUnsafeBytes { log.add($0) }
    try world.end()
    _ = world.checkTable()
    return log
}

/// The data as a task id, as far as it is one.
private func name(_ data: UnsafeRawBufferPointer) -> String {
    let letters = data.prefix(64).map { Character(UnicodeScalar($0)) }
    let id = String(letters.filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    return id.isEmpty ? "a" : id
}
