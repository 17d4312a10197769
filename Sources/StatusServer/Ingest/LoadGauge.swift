/// Judges by an event loop's lag whether its workers have to slow down. No clock and no loop: lags in, pauses out.
///
/// The lag is what every other connection of the loop waits. Updates that are queued in windows are not counted: flow
/// control bounds them. Memory is not either: what is short of it refuses new jobs, which fewer updates would not mend.
struct LoadGauge {
    private enum State {
        /// Keeping up; `late` measurements in a row were too high. → `overloaded`
        case calm(late: Int)
        /// `prompt` measurements in a row were low; workers pause for `pause` milliseconds at a time, and the present
        /// pause has `rest` of them left. → `calm`
        case overloaded(prompt: Int, pause: UInt32, rest: Int64)
    }

    private var state = State.calm(late: 0)

    /// True between the begin and the end of an overload.
    var isOverloaded: Bool {
        if case .overloaded = state { true } else { false }
    }

    /// Takes the next measurement.
    ///
    /// - Parameters:
    ///   - lag: by how many milliseconds the loop is late.
    ///   - elapsed: milliseconds since the measurement before.
    /// - Returns: how long workers have to pause from now on, in milliseconds; nil where there is nothing to say.
    mutating func observe(lag: Int64, elapsed: Int64) -> UInt32? {
        switch state {
        case .calm(let late):
            let late = lag >= Limits.overloadLag ? late + 1 : 0
            guard late >= Limits.overloadStreak else {
                state = .calm(late: late)
                return nil
            }
            return pause(Limits.firstPause)
        case .overloaded(let before, let length, let rest):
            let prompt = lag < Limits.reliefLag ? before + 1 : 0
            let rest = rest - elapsed
            if prompt >= Limits.reliefStreak {
                state = .calm(late: 0)
                return nil
            }
            // Low lag while everybody pauses says little, so that a pause that ends is followed by none.
            guard rest <= 0, lag >= Limits.overloadLag else {
                state = .overloaded(prompt: prompt, pause: length, rest: max(rest, 0))
                return nil
            }
            return pause(min(length * 2, Limits.longestPause))
        }
    }

    private mutating func pause(_ length: UInt32) -> UInt32 {
        state = .overloaded(prompt: 0, pause: length, rest: Int64(length))
        return length
    }
}
