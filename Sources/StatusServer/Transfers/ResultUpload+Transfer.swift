import NIOCore
import ResultStore

extension ResultReceiver {
    /// A receiver for what a PUT brings.
    convenience init(
        _ upload: ResultUpload,
        slot: TransferSlots.Slot,
        services: ServerServices,
        loop: any EventLoop,
        taken: @escaping (Int) -> Void
    ) {
        let description = ResultDescription(
            mediaType: upload.mediaType,
            name: upload.name,
            coding: upload.coding,
            isJSON: upload.isJSON
        )
        let writer = services.results.begin(description, limit: services.configuration.resultLimit)
        self.init(writer: writer, slot: slot, services: services, loop: loop, taken: taken)
    }
}

extension ResultUpload.Outcome {
    /// What the store says, in the bridge's terms.
    init(_ outcome: Result<StoredResult, ResultFailure>) {
        switch outcome {
        case .success(let stored): self = .stored(stored)
        case .failure(let failure):
            switch failure {
            case .malformedJSON, .corruptGzip, .missingBytes, .wrongLength, .wrongDigest:
                self = .malformed("\(failure)")
            case .tooLarge: self = .tooLarge
            case .storeFull: self = .full
            case .disk, .ended, .damaged: self = .failed("\(failure)")
            }
        }
    }
}
