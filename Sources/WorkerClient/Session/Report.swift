/// The last value of everything that a worker reported about one attempt of a job.
///
/// Reports are absolute, so the last value of a field stands for all that came before it. That is what makes
/// coalescing, and sending everything again on a new connection, lose nothing.
struct Report: Equatable {
    /// Which fields have a value, or are to be sent.
    struct Fields: OptionSet, Equatable, Sendable {
        let rawValue: UInt8

        static let progress = Fields(rawValue: 1)
        static let units = Fields(rawValue: 2)
        static let unit = Fields(rawValue: 4)
        static let step = Fields(rawValue: 8)
        static let note = Fields(rawValue: 16)
        /// A sign of life without a value; implied by any other field.
        static let heartbeat = Fields(rawValue: 32)
        /// The job has begun; a frame of its own, sent before the values.
        static let start = Fields(rawValue: 64)

        /// The fields that go into an update frame.
        static let values: Fields = [.progress, .units, .unit, .step, .note]
    }

    /// The fields reported so far; what is not in here has no meaning.
    private(set) var known: Fields = []
    private(set) var basisPoints: UInt16 = 0
    private(set) var done: UInt64 = 0
    private(set) var total: UInt64 = 0
    private(set) var unit = ""
    private(set) var stepIndex: UInt32 = 0
    private(set) var stepTotal: UInt32 = 0
    private(set) var stepName = ""
    private(set) var note = ""

    /// One thing that a worker says.
    enum Change: Equatable, Sendable {
        case start
        case progress(UInt16)
        case units(done: UInt64, total: UInt64, unit: String?)
        case step(index: UInt32, total: UInt32, name: String)
        case note(String)
        case heartbeat
    }

    /// Takes over `change` and returns the fields that are to be sent for it.
    mutating func apply(_ change: Change) -> Fields {
        var fields: Fields = .heartbeat
        switch change {
        case .heartbeat: return fields
        case .start: fields = .start
        case .progress(let value):
            // The percentage of an attempt never goes back at the server, which may not see every value.
            basisPoints = known.contains(.progress) ? max(basisPoints, value) : value
            fields = .progress
        case .units(let done, let total, let unit):
            self.done = done
            self.total = total
            fields = .units
            if let unit, unit != self.unit {
                self.unit = unit
                fields.insert(.unit)
            }
        case .step(let index, let total, let name):
            stepIndex = index
            stepTotal = total
            stepName = name
            fields = .step
        case .note(let text):
            note = text
            fields = .note
        }
        known.formUnion(fields)
        return fields
    }
}
