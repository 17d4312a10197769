import Glibc

/// Runs `body` on `count` threads at once and waits for all: threads of the system, for Swift's own pool has no more
/// of them than there are cores, and does not run one in the middle of another.
func runThreads(_ count: Int, _ body: @escaping @Sendable (_ number: Int) -> Void) {
    var threads: [pthread_t] = []
    for number in 0..<count {
        let work = Unmanaged.passRetained(ThreadWork { body(number) })
        var thread = pthread_t()
        let error = pthread_create(
            &thread,
            nil,
            { work in
                Unmanaged<ThreadWork>.fromOpaque(work!).takeRetainedValue().run()
                return nil
            },
            work.toOpaque()
        )
        precondition(error == 0, "no thread, error \(error)")
        threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
}

private final class ThreadWork: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Waits until `condition` holds, letting other threads go first; false when that took beyond all patience.
func waits(until condition: () -> Bool) -> Bool {
    let end = time(nil) + 120
    while !condition() {
        if time(nil) > end { return false }
        sched_yield()
    }
    return true
}
