import NIOCore
import StatusCore

/// Measures how late one event loop is, and tells its workers to slow down when that is too much, and
/// clients to ask more rarely.
///
/// Belongs to that loop.
final class LoadWatch {
    private let services: ServerServices
    private let loop: any EventLoop
    private var gauge = LoadGauge()
    private let meter: ServerLoad.Meter
    private var measuredAt: NIODeadline

    init(services: ServerServices, loop: any EventLoop) {
        self.services = services
        self.loop = loop
        meter = services.bridge.load.makeMeter()
        measuredAt = loop.now
    }

    /// Measures from now on, until the loop ends; call on the loop.
    func start() {
        measuredAt = loop.now
        loop.assumeIsolated().scheduleTask(in: Limits.loadInterval) { [self] in
            let elapsed = loop.now - measuredAt
            observe(lag: elapsed - Limits.loadInterval, elapsed: elapsed)
            start()
        }
    }

    /// Takes a measurement; workers hear of it where it changes what they should do, clients with their next answers.
    func observe(lag: TimeAmount, elapsed: TimeAmount) {
        services.bridge.load.observe(lag.milliseconds, by: meter)
        guard let pause = gauge.observe(lag: lag.milliseconds, elapsed: elapsed.milliseconds) else { return }
        services.streams.forEach(on: loop) { owner, stream in
            // Up to half as much again, or all of them would come back at the same moment.
            stream.slowDown(milliseconds: pause + owner.rawValue % (pause / 2))
        }
    }
}

extension TimeAmount {
    fileprivate var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
