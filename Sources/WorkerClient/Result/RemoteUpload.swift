import NIOCore

/// An ``Upload`` as a task sees it that runs on another thread.
struct RemoteUpload: Sendable {
    private let loop: any EventLoop
    private let upload: NIOLoopBound<Upload>

    /// Begins the upload on the present connection; throws ``WorkerError/serverAway(_:)`` when there is none.
    init(_ heading: ResultHeading, _ client: WorkerClient) async throws {
        let link = client.link
        let loop = client.loop
        self.loop = loop
        upload = try await loop.submit {
            NIOLoopBound(try link.value.beginUpload(heading), eventLoop: loop)
        }.get()
    }

    /// Waits until the server has said from which byte it wants to have the result; with the outcome if there is one
    /// already.
    func start() async throws -> Upload.Start {
        let upload = upload
        return try await loop.flatSubmit { [loop] in
            let promise = loop.makePromise(of: Upload.Start.self)
            upload.value.start(promise)
            return promise.futureResult
        }.get()
    }

    /// Sends bytes and returns when there is room for more; with the outcome if it is known before the end.
    func write(_ bytes: [UInt8]) async throws -> Upload.Outcome? {
        let upload = upload
        return try await loop.flatSubmit { [loop] in
            let promise = loop.makePromise(of: Upload.Outcome?.self)
            upload.value.write(bytes, promise)
            return promise.futureResult
        }.get()
    }

    /// Says that this was all, and returns the server's word about it.
    func finish(length: UInt64) async throws -> Upload.Outcome {
        let upload = upload
        return try await loop.flatSubmit { [loop] in
            let promise = loop.makePromise(of: Upload.Outcome.self)
            upload.value.finish(length: length, promise)
            return promise.futureResult
        }.get()
    }

    func abandon() {
        let upload = upload
        loop.execute { upload.value.abandon() }
    }
}
