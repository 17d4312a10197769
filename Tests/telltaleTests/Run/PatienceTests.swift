import Synchronization
import Testing

@testable import telltale

@Suite("Waiting for a server", .timeLimit(.minutes(1)))
struct PatienceTests {
    private struct Fault: Error, Equatable {}

    @Test("what ends is done, and its error is told")
    func ends() async {
        let done = await Patience.wait(.seconds(60)) {}
        guard case .done = done else { return #expect(Bool(false), "\(done)") }
        let failed = await Patience.wait(.seconds(60)) { throw Fault() }
        guard case .failed(let error) = failed else { return #expect(Bool(false), "\(failed)") }
        #expect(error as? Fault == Fault())
    }

    @Test("what does not move is given up")
    func givesUp() async {
        let outcome = await Patience.wait(.milliseconds(20)) { try await Task.sleep(for: .seconds(3_600)) }
        guard case .gaveUp = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test("what moves is waited for")
    func moves() async {
        let looks = Atomic<UInt64>(0)
        let (ends, end) = AsyncStream<Void>.makeStream()
        let outcome = await Patience.wait(
            .milliseconds(10),
            movement: {
                let look = looks.wrappingAdd(1, ordering: .relaxed).newValue
                if look == 6 { end.finish() }
                return look
            }
        ) { for await _ in ends {} }
        guard case .done = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(looks.load(ordering: .relaxed) >= 6)
    }
}
