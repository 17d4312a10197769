import Bytes
import JSON

/// What the measurement of results found.
struct ResultFigures: Sendable {
    /// What all clients did at the same time.
    struct Step: Sendable {
        /// Bytes of bodies, over all clients.
        var bytes = 0
        /// Until the last client was done.
        var nanoseconds = 0
        /// From the sending of a request to the first byte of its answer, at most.
        var longestFirstByte = 0

        /// Megabytes a second, to a tenth.
        var rate: Double { (Double(bytes) * 1e4 / Double(max(1, nanoseconds))).rounded() / 10 }

        /// Milliseconds, to a thousandth.
        var firstByte: Double { (Double(longestFirstByte) / 1e3).rounded() / 1e3 }
    }

    let size: Int
    let clients: Int
    let incoming: Step
    let gzip: Step
    let identity: Step

    /// One JSON object on one line.
    var json: String {
        var text = OutputBuffer(capacity: 256)
        text.append("{")
        text.appendJSONKey("size")
        text.append(decimal: size)
        text.appendJSONKey("clients")
        text.append(decimal: clients)
        text.appendJSONKey("inMegabytesPerSecond")
        text.appendJSON(incoming.rate)
        text.appendJSONKey("gzipMegabytesPerSecond")
        text.appendJSON(gzip.rate)
        text.appendJSONKey("identityMegabytesPerSecond")
        text.appendJSON(identity.rate)
        text.appendJSONKey("gzipBytes")
        text.append(decimal: gzip.bytes)
        text.appendJSONKey("gzipFirstByteMilliseconds")
        text.appendJSON(gzip.firstByte)
        text.appendJSONKey("identityFirstByteMilliseconds")
        text.appendJSON(identity.firstByte)
        text.append("}")
        return text.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The same for people.
    var text: String {
        let who = clients == 1 ? "1 client" : "\(clients) clients"
        let rows = [
            ("in", incoming, ""), ("gzip", gzip, ", first byte after \(gzip.firstByte) ms"),
            ("identity", identity, ", first byte after \(identity.firstByte) ms"),
        ]
        let lines = rows.map { name, step, rest in
            let figure = "\(step.rate)"
            return TerminalText.fit(name, to: 9, isUnicode: false)
                + String(repeating: " ", count: max(0, 10 - figure.count)) + figure + " MB/s" + rest
        }
        return (["\(who), \(size) bytes each", ""] + lines).joined(separator: "\n")
    }
}
