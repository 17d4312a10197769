import ResultStore

/// One form in which a stored result goes out as it is, and the names by which clients recognise its bytes.
struct Representation {
    let result: StoredResult
    let coding: ResultCoding

    /// The strong entity tag (RFC 9110 §8.8.3): half of the digest, which no other bytes have.
    var entityTag: String {
        "\"" + Base16.text(result.digests[coding].prefix(16)) + "\""
    }

    /// The value of `Repr-Digest` (RFC 9530 §3).
    var digest: String {
        "sha-256=:" + Base64.text(result.digests[coding]) + ":"
    }
}

/// Bytes as hexadecimal digits (RFC 4648 §8, in lower case).
enum Base16 {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Bytes in base 64 (RFC 4648 §4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for index in 0..<3 { bits = bits << 8 | UInt32(index < group.count ? group[start + index] : 0) }
            for index in 0..<4 {
                let digit = alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)]
                text.append(index <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
