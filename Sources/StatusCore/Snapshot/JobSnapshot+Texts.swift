internal import Bytes

extension JobSnapshot {
    /// Calls `body` with the UTF-8 of a text, valid during the call only; returns nil when the job has no such text.
    /// A removed job shows no failure.
    @inlinable
    public func withText<R>(_ field: TextField, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        guard let text = unsafe text(field) else { return nil }
        // The bytes belong to this object.
        return withExtendedLifetime(self) { unsafe body(text) }
    }

    /// Calls `body` with each label, sorted by key; the bytes are valid during the call only.
    public func forEachLabel(_ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        unsafe Origin.forEachLabel(in: originText(.labels)) { key, value in
            unsafe body(key, value)
            return true
        }
    }

    /// The bytes of a text, good until the next read into this snapshot.
    @usableFromInline
    internal func text(_ field: TextField) -> UnsafeRawBufferPointer? {
        guard hasDetail || record.flags.contains(.wordsAreLost) else { return nil }
        let text: UnsafeRawBufferPointer
        switch field {
        case .failureCode, .failureText:
            guard hasFailure else { return nil }
            if record.flags.contains(.wordsAreLost), field == .failureText { return unsafe JobSnapshot.lostWords }
            unsafe text = liveText(field.rawValue)
        case .cancelReason:
            guard record.state == .cancelled else { return nil }
            if record.flags.contains(.wordsAreLost) { return unsafe JobSnapshot.lostWords }
            unsafe text = liveText(field.rawValue)
        case .unit, .stepName, .note: unsafe text = liveText(field.rawValue)
        case .type: unsafe text = originText(.type)
        case .parentID: unsafe text = originText(.parent)
        case .metadata: unsafe text = originText(.metadata)
        }
        return unsafe text.isEmpty ? nil : text
    }

    /// What stands for the words of an end that there was no room for.
    private static var lostWords: UnsafeRawBufferPointer {
        let words: StaticString = "(the server had no room for what was said here)"
        return unsafe UnsafeRawBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount)
    }

    internal func liveText(_ index: Int) -> UnsafeRawBufferPointer {
        guard hasDetail else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = unsafe index == 0 ? 0 : Int(copy.pointee.ends[index - 1])
        let end = unsafe Int(copy.pointee.ends[index])
        return unsafe copy.pointee.texts.withBytes { unsafe UnsafeRawBufferPointer(rebasing: $0[start..<end]) }
    }

    /// The packed words of the submission, or a part of them.
    internal func originText(_ field: Origin.Field) -> UnsafeRawBufferPointer {
        unsafe Origin.text(field, in: liveText(6))
    }
}
