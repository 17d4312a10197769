/// Lets a few tests at a time have a server of their own: the suite runs in parallel, the machine may have two cores.
actor Gate {
    static let servers = Gate(places: 4)

    /// True in a test that holds a place of ``servers``. A second server of the same test needs no place of its own:
    /// tests that hold one each and wait for another would wait for ever.
    @TaskLocal static var isInside = false

    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) {
        self.places = places
    }

    func enter() async {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty {
            places += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
