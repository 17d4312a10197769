/// Everything of a chunked body but its content, byte by byte.
extension ChunkedDecoder {
    mutating func read(_ byte: UInt8) {
        switch phase {
        case .size: readSize(byte)
        case .extensions: readExtensions(byte)
        case .sizeEnd: expectLineFeed(byte, then: remaining > 0 ? .data : .trailerStart)
        case .dataReturn: phase = byte == ASCII.carriageReturn ? .dataEnd : .failed(.malformedChunk)
        case .dataEnd:
            length = 0
            expectLineFeed(byte, then: .size)
        case .trailerStart, .trailerName, .trailerValue, .trailerEnd, .end: readTrailer(byte)
        case .data, .done, .failed: break
        }
    }

    private mutating func expectLineFeed(_ byte: UInt8, then next: Phase) {
        phase = byte == ASCII.lineFeed ? next : .failed(.bareLineEnd)
    }

    private mutating func readSize(_ byte: UInt8) {
        if let digit = ASCII.hexadecimal(byte) {
            guard length < FixedLimit.chunkSizeDigits else { return phase = .failed(.malformedChunk) }
            remaining = remaining &<< 4 | Int(digit)
            length &+= 1
            return
        }
        guard length > 0 else { return phase = .failed(.malformedChunk) }
        guard remaining <= allowance else { return phase = .failed(.bodyTooLarge) }
        allowance &-= remaining
        switch byte {
        case ASCII.carriageReturn: phase = .sizeEnd
        case ASCII.semicolon:
            length = 0
            extensions = ChunkExtensions()
            phase = .extensions
        case ASCII.lineFeed: phase = .failed(.bareLineEnd)
        default: phase = .failed(.malformedChunk)
        }
    }

    private mutating func readExtensions(_ byte: UInt8) {
        length &+= 1
        guard length <= FixedLimit.chunkExtensionBytes else { return phase = .failed(.malformedChunk) }
        switch extensions.read(byte) {
        case .more: break
        case .lineEnd: phase = .sizeEnd
        case .malformed: phase = .failed(byte == ASCII.lineFeed ? .bareLineEnd : .malformedChunk)
        }
    }

    private mutating func readTrailer(_ byte: UInt8) {
        trailerLength &+= 1
        guard trailerLength <= FixedLimit.trailerBytes else { return phase = .failed(.headTooLarge) }
        switch phase {
        case .trailerStart where byte == ASCII.carriageReturn: phase = .end
        case .trailerStart:
            trailerName = TrailerName()
            readTrailerName(byte)
        case .trailerName where byte == UInt8(ascii: ":"):
            phase = trailerName.isForbidden ? .failed(.malformedTrailer) : .trailerValue
        case .trailerName: readTrailerName(byte)
        case .trailerValue where byte == ASCII.carriageReturn: phase = .trailerEnd
        case .trailerValue:
            if byte != ASCII.tab, ASCII.isControl(byte) { phase = .failed(lineFailure(byte)) }
        case .trailerEnd: expectLineFeed(byte, then: .trailerStart)
        default: expectLineFeed(byte, then: .done)
        }
    }

    private mutating func readTrailerName(_ byte: UInt8) {
        guard ByteSet.token.contains(byte) else { return phase = .failed(lineFailure(byte)) }
        trailerName.read(byte)
        phase = .trailerName
    }

    private func lineFailure(_ byte: UInt8) -> RequestFailure {
        byte == ASCII.lineFeed ? .bareLineEnd : .malformedTrailer
    }
}
