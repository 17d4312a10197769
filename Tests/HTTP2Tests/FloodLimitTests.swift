import HTTP2
import Testing

/// Each limit against floods by itself: a flood that several would end shows nothing about one of them.
@Suite struct FloodLimitTests {
    typealias FloodLimits = HTTP2Settings.FloodLimits

    /// One limit, and what goes over it: what each read brings, and whether the answers are taken in between.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let keep: @Sendable (inout FloodLimits) -> Void
        var takesOutput = true
        let reads: @Sendable () -> [[UInt8]]

        var testDescription: String { name }
    }

    private static let cases = [
        Case(
            name: "entries of a SETTINGS frame",
            keep: { $0.settingsEntries = HTTP2Limits.settingsEntries },
            reads: { [Raw.settings((0...UInt32(HTTP2Limits.settingsEntries)).map { (UInt16(4), $0) })] }
        ),
        Case(
            name: "acknowledgements that nobody reads, one in a read",
            keep: { $0.queuedAcknowledgements = HTTP2Limits.queuedAcknowledgements },
            takesOutput: false,
            reads: { [[UInt8]](repeating: Raw.ping(), count: 2 * HTTP2Limits.queuedAcknowledgements) }
        ),
        Case(
            name: "CONTINUATION frames of a head",
            keep: { $0.continuations = HTTP2Limits.continuations },
            reads: {
                let begin = Raw.frame(Raw.Kind.headers, flags: 0, stream: 1, Raw.requestBlock())
                let more = Raw.frame(Raw.Kind.continuation, stream: 1, Raw.literal("a", "b"))
                return [begin] + [[UInt8]](repeating: more, count: HTTP2Limits.continuations + 1)
            }
        ),
        Case(
            name: "resets, one in a read",
            keep: { $0.resetBurst = HTTP2Limits.resetBurst },
            reads: {
                (0..<UInt32(HTTP2Limits.resetBurst + 500)).map {
                    Raw.request(2 * $0 + 1, end: false) + Raw.reset(2 * $0 + 1)
                }
            }
        ),
        Case(
            name: "frames of ours that nobody reads",
            keep: { $0.queuedFrames = HTTP2Limits.queuedFrames },
            takesOutput: false,
            reads: {
                (0..<UInt32(HTTP2Limits.queuedFrames + 500)).map { Raw.request(2 * $0 + 1, end: false, post: true) }
            }
        ),
        Case(
            name: "cheap frames in a read",
            keep: { $0.creditBurst = HTTP2Limits.creditBurst },
            reads: { [[UInt8]](repeating: Raw.windowUpdate(0, 1), count: 2_000).reduce(into: [[]]) { $0[0] += $1 } }
        ),
    ]

    /// Limits that nothing in this file reaches.
    private static let lifted: FloodLimits = {
        var limits = FloodLimits()
        limits.settingsEntries = 1_000_000
        limits.queuedAcknowledgements = 1_000_000
        limits.continuations = 1_000_000
        limits.resetBurst = 1_000_000_000
        limits.queuedFrames = 1_000_000_000
        limits.creditBurst = .max / 2
        return limits
    }()

    private static func survives(_ attack: Case, _ limits: FloodLimits) -> Bool {
        var settings = HTTP2Settings()
        settings.floodLimits = limits
        let target = FloodTests.Target(settings)
        for bytes in attack.reads() {
            target.session.receive(bytes)
            if attack.takesOutput { _ = target.session.takeOutput() }
            if target.session.failure != nil { break }
        }
        _ = target.session.takeOutput()
        return !target.session.isFinished
    }

    @Test("Without the limit nothing else ends the connection; with it alone the connection ends", arguments: cases)
    func alone(_ attack: Case) {
        #expect(Self.survives(attack, Self.lifted))
        var limits = Self.lifted
        attack.keep(&limits)
        #expect(!Self.survives(attack, limits))
    }
}
