internal import Bytes

extension JobSnapshot {
    /// Calls `body` with the UTF-8 of a text, valid during the call only; returns nil when the job has no such text.
    /// A removed job shows no failure.
    public func withText<R>(_ field: TextField, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        guard hasDetail else { return nil }
        switch field {
        case .failureCode, .failureText:
            return hasFailure ? unsafe withLive(field.rawValue, body) : nil
        case .unit, .stepName, .note, .cancelReason:
            return unsafe withLive(field.rawValue, body)
        case .type: return unsafe withOriginText(.type, body)
        case .parentID: return unsafe withOriginText(.parent, body)
        case .metadata: return unsafe withOriginText(.metadata, body)
        }
    }

    /// Calls `body` with each label, sorted by key; the bytes are valid during the call only.
    public func forEachLabel(_ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        guard hasDetail else { return }
        unsafe withOrigin(.labels) { packed in
            unsafe Origin.forEachLabel(in: packed) { key, value in
                unsafe body(key, value)
                return true
            }
        }
    }

    private func withOriginText<R>(_ field: Origin.Field, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        unsafe withOrigin(field) { unsafe $0.isEmpty ? nil : body($0) }
    }

    private func withLive<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        let end = Int(ends[index])
        if start == end { return nil }
        return unsafe texts.withBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
    }

    internal func withOrigin<R>(_ field: Origin.Field, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        unsafe texts.withBytes { all in
            let block = unsafe UnsafeRawBufferPointer(rebasing: all[Int(ends[5])..<Int(ends[6])])
            return unsafe body(UnsafeRawBufferPointer(rebasing: block[Origin.range(of: field, in: block)]))
        }
    }
}
