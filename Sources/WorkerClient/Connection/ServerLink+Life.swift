import NIOCore

/// Signs of life, and the end.
extension ServerLink {
    /// A third of the server's interval: one that is late does no harm, and after three without a byte from the server
    /// it is gone.
    func startTicks(every milliseconds: UInt32) {
        ticks?.cancel()
        let interval = TimeAmount.milliseconds(Int64(milliseconds) / 3)
        let link = bound()
        ticks = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            link.value.tick(silence: 4 * interval)
        }
    }

    func tick(silence: TimeAmount) {
        guard let connection else { return }
        if NIODeadline.now() - connection.heard > silence { return connection.end("the server has fallen silent") }
        session.onLoop { session, _ in
            session.beat(ticksPerInterval: 3)
            session.keepAlive()
        }
        connection.ping()
        send()
    }

    func stopConnectionTimers() {
        for task in [greeting, soon] { task?.cancel() }
        greeting = nil
        soon = nil
        ticks?.cancel()
        ticks = nil
    }

    /// Delivers what is pending, for at most `limit`, and leaves. The promise tells whether all was acknowledged.
    func close(within limit: TimeAmount, _ promise: EventLoopPromise<Bool>) {
        if case .closed(let isDelivered) = phase { return promise.succeed(isDelivered) }
        closePromises.append(promise)
        guard closePromises.count == 1 else { return }
        session.onLoop { session, _ in session.beginClosing() }
        session.settleConnectionWaiters(.closed)
        closeDeadline = schedule(in: limit) { $0.finishClosing(isDelivered: $0.session.isDelivered) }
        if connection != nil {
            send()
        } else if session.isDelivered {
            finishClosing(isDelivered: true)
        }
    }

    /// Leaves at once; what is pending is lost.
    func abandon() {
        finishClosing(isDelivered: false)
    }

    func finishClosing(isDelivered: Bool, _ error: WorkerError = .closed) {
        guard !isClosed else { return }
        let connection = self.connection
        if case .waiting(let attempt) = phase { attempt?.cancel() }
        phase = .closed(isDelivered: isDelivered)
        stopConnectionTimers()
        patience?.cancel()
        pause?.cancel()
        closeDeadline?.cancel()
        session.onLoop { session, effects in session.finishClosing(&effects) }
        session.settleConnectionWaiters(error)
        connection?.end("the client is closed")
        for promise in closePromises { promise.succeed(isDelivered) }
        closePromises = []
    }
}
