/// An endless series of jobs chosen at random, the same for the same seed (SplitMix64, Steele and others, 2014).
struct Choices {
    private var state: UInt64
    private let jobs: UInt64

    /// Choices among the jobs 0 to `jobs` - 1.
    init(among jobs: Int, seed: Int) {
        self.jobs = UInt64(jobs)
        state = UInt64(seed) << 40
    }

    /// The next job, and with it something true in about one case of ten, whatever the job.
    @inline(__always)
    mutating func next() -> (job: Int, isTenth: Bool) {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        return (Int(truncatingIfNeeded: mixed.multipliedFullWidth(by: jobs).high), mixed & 0xffff < 6_554)
    }
}
