import NIOCore
import UpdateProtocol

extension WorkerJob {
    /// Sends the job's result, and returns once the server holds all of it. It shows when the job completes; call it
    /// before ``WorkerJob/complete()``. Sent again by itself when the connection is lost.
    ///
    /// - Parameters:
    ///   - bytes: all of it, gzip-coded where `isGzip` says so; may be empty.
    ///   - mediaType: as in RFC 9110, at most 255 bytes; what is declared as JSON is checked as it arrives.
    ///   - name: a file name to offer to those who fetch it, at most 255 bytes.
    ///   - isGzip: the bytes are one gzip member, and the result is what they inflate to.
    public func sendResult(
        _ bytes: [UInt8],
        mediaType: String,
        name: String? = nil,
        isGzip: Bool = false
    ) async throws {
        try await sendResult(BytesSource(content: bytes), mediaType: mediaType, name: name, isGzip: isGzip)
    }

    /// Sends text, in UTF-8, as the job's result. Sent again by itself when the connection is lost.
    public func sendResult(_ text: String, mediaType: String, name: String? = nil) async throws {
        try await sendResult(Array(text.utf8), mediaType: mediaType, name: name)
    }

    /// Sends the job's result as `source` gives it, no faster than the server takes it. When the connection is lost,
    /// the source is read again from where the server has it, or, where the server has lost it, from its beginning.
    public func sendResult(
        _ source: some ResultSource,
        mediaType: String,
        name: String? = nil,
        isGzip: Bool = false
    ) async throws {
        var heading = try heading(mediaType, name, isGzip)
        var backoff = Backoff(.milliseconds(50) ... .seconds(2))
        var lastReason = ""
        for _ in 0..<Limits.resultAttempts {
            try await bound()
            var furthest = heading.offset
            let outcome = try await send(heading) { offset in
                let bytes = try await source.bytes(at: offset, atMost: Limits.resultReadBytes)
                furthest = max(furthest, offset + UInt64(bytes.count))
                return bytes.isEmpty ? nil : bytes
            }
            heading.offset = furthest
            switch outcome {
            case .whole: return
            case .refused(let error): throw error
            case .lost(let reason): lastReason = reason
            }
            var generator = SystemRandomNumberGenerator()
            try await Task.sleep(for: backoff.next(using: &generator))
        }
        throw WorkerError.resultInterrupted(lastReason)
    }

    /// Sends the job's result as `chunks` gives it, no faster than the server takes it. A sequence cannot be read
    /// twice: when the connection is lost, this throws ``WorkerError/resultInterrupted(_:)``.
    public func sendResult<Chunks: AsyncSequence & Sendable>(
        chunks: Chunks,
        mediaType: String,
        name: String? = nil,
        isGzip: Bool = false
    ) async throws where Chunks.Element == [UInt8] {
        let heading = try heading(mediaType, name, isGzip)
        try await bound()
        var iterator = chunks.makeAsyncIterator()
        switch try await send(heading, { _ in try await iterator.next() }) {
        case .whole: return
        case .refused(let error): throw error
        case .lost(let reason): throw WorkerError.resultInterrupted(reason)
        }
    }

    /// Sends one result over the present connection. `next` gives the bytes that come behind so many.
    private func send(
        _ heading: ResultHeading,
        _ next: (UInt64) async throws -> [UInt8]?
    ) async throws -> Upload.Outcome {
        var heading = heading
        heading.attempt = client.session.attempt(of: handle)
        let upload: RemoteUpload
        do {
            upload = try await RemoteUpload(heading, client)
        } catch let error as WorkerError {
            return .lost("\(error)")
        }
        do {
            var length: UInt64
            switch try await upload.start() {
            case .at(let first): length = first
            case .over(let outcome): return outcome
            }
            while let bytes = try await next(length) {
                try Task.checkCancellation()
                length += UInt64(bytes.count)
                if let outcome = try await upload.write(bytes) { return outcome }
            }
            return try await upload.finish(length: length)
        } catch {
            upload.abandon()
            throw error
        }
    }

    private func heading(_ mediaType: String, _ name: String?, _ isGzip: Bool) throws(WorkerError) -> ResultHeading {
        guard (1...UpdateLimits.maximumMediaType).contains(mediaType.utf8.count) else {
            throw .invalidArgument("a media type has 1 to \(UpdateLimits.maximumMediaType) bytes")
        }
        guard (name ?? "").utf8.count <= UpdateLimits.maximumResultName else {
            throw .invalidArgument("a result's name has at most \(UpdateLimits.maximumResultName) bytes")
        }
        return ResultHeading(taskID: id, attempt: 0, mediaType: mediaType, name: name ?? "", isGzip: isGzip)
    }
}
