internal import Bytes

extension JobTable {
    /// Finds a job by its id.
    public func find(_ id: TaskID, at now: Instant) -> Lookup {
        withStripe(of: id) { stripe, hash in stripe.look(id, hash, at: now) }
    }

    /// Copies a job out, found by its id: the status check. Allocates nothing once the snapshot has grown to the
    /// size of the texts. The snapshot is as it was unless the job is found.
    public func read(_ id: TaskID, at now: Instant, into snapshot: JobSnapshot) -> Lookup {
        withStripe(of: id) { stripe, hash in
            let found = stripe.look(id, hash, at: now)
            if case .found(let reference) = found {
                snapshot.take(stripe.records[reference.slot], reference, at: now)
            }
            return found
        }
    }

    /// Copies a job out, by its place; false when the job is gone or its time over.
    public func read(_ reference: JobReference, at now: Instant, into snapshot: JobSnapshot) -> Bool {
        withStripe(Int(reference.stripe)) { stripe in
            guard let slot = stripe.slot(of: reference, at: now) else { return false }
            snapshot.take(stripe.records[slot], stripe.reference(slot), at: now)
            return true
        }
    }
}

extension JobSnapshot {
    /// Takes the record with all that hangs off it; runs under the stripe's lock.
    internal func take(_ source: borrowing JobRecord, _ place: JobReference, at now: Instant) {
        record = copy source
        record.detail = DetailPointer()
        self.place = place
        readAt = now
        hasDetail = source.detail.exists
        if hasDetail { take(source.detail.value) }
    }

    private func take(_ detail: JobDetail) {
        numbers = Numbers(
            units: detail.units,
            stepIndex: detail.stepIndex,
            stepTotal: detail.stepTotal,
            result: detail.result,
            resultAt: detail.resultAt,
            resultTTL: detail.resultTTL
        )
        texts.removeAll()
        unsafe append(detail.unit.bytes, .unit)
        unsafe append(detail.stepName.bytes, .stepName)
        unsafe append(detail.note.bytes, .note)
        unsafe append(detail.failureCode.bytes, .failureCode)
        unsafe append(detail.failureText.bytes, .failureText)
        unsafe append(detail.cancelReason.bytes, .cancelReason)
        unsafe append(detail.origin.bytes, .type)
    }

    /// Appends a text; the origin block stands last, at the place of its first field.
    private func append(_ bytes: UnsafeRawBufferPointer, _ field: TextField) {
        unsafe texts.append(bytes)
        ends[field.rawValue] = UInt32(texts.count)
    }
}
