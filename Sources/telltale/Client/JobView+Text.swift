/// A job in words.
extension JobView {
    /// What `status` prints: a line a fact, the names in a column.
    var lines: [String] {
        var facts: [(name: String, text: String?)] = [("job", id + (name.map { "  \($0)" } ?? ""))]
        facts.append(("type", type))
        facts.append(("status", state.rawValue + (isStalled ? ", stalled" : "") + attemptText))
        facts.append(("progress", percent))
        facts.append(("message", message))
        facts.append(("step", step.map(Self.text)))
        facts.append(("units", units.map(Self.text)))
        facts.append(("note", note))
        facts.append(("created", createdAt))
        facts.append(("updated", updatedAt))
        facts.append(("completed", completedAt))
        facts.append(("expected", estimatedCompletion))
        facts.append(("result", resultURL))
        return facts.compactMap { name, text in
            guard let text, !text.isEmpty else { return nil }
            return TerminalText.fit(name, to: 11, isUnicode: false) + TerminalText.harmless(text)
        }
    }

    /// "42.5 %"
    var percent: String {
        let (whole, hundredths) = basisPoints.quotientAndRemainder(dividingBy: 100)
        guard hundredths > 0 else { return "\(whole) %" }
        return hundredths % 10 == 0
            ? "\(whole).\(hundredths / 10) %" : "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths) %"
    }

    /// What `watch` draws.
    var progressLine: ProgressLine {
        let shown: ProgressLine.State =
            switch state {
            case .queued: .waiting
            case .processing: .running
            case .completed: .done
            case .failed: .failed
            case .cancelled: .cancelled
            }
        return ProgressLine(label: name ?? id, basisPoints: basisPoints, state: shown, detail: detail)
    }

    /// The most telling words: how it ended, or what it is at.
    private var detail: String {
        guard !isDone else { return state == .completed ? "" : message }
        let parts = [step.map(Self.text), units.map(Self.text), note].compactMap { $0 }
        return (isStalled ? "stalled  " : "") + (parts.isEmpty ? message : parts.joined(separator: "  "))
    }

    private var attemptText: String {
        if let attempt, attempt > 1 { ", attempt \(attempt)" } else { "" }
    }

    private static func text(_ step: Step) -> String {
        switch (step.index, step.total) {
        case (let index?, let total?) where index > 0 && total > 0: "\(index) of \(total): \(step.name)"
        case (let index?, _) where index > 0: "\(index): \(step.name)"
        default: step.name
        }
    }

    private static func text(_ units: Units) -> String {
        let unit = units.unit.map { " \($0)" } ?? ""
        let pace = units.perSecond.map { ", \(($0 * 10).rounded() / 10) a second" } ?? ""
        return (units.total > 0 ? "\(units.done) of \(units.total)" : "\(units.done)") + unit + pace
    }
}
