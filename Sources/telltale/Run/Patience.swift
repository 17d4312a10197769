/// Waits for something that may never come.
enum Patience {
    /// How a wait ended.
    enum Outcome: Sendable {
        case done
        /// Nothing had moved for as long as was said.
        case gaveUp
        case failed(any Error)
    }

    /// Runs `body` until it ends, or until `movement` has not changed for `limit` (and less than twice of it); `body`
    /// is cancelled then and must end at that.
    static func wait(
        _ limit: Duration,
        movement: @escaping @Sendable () -> UInt64 = { 0 },
        _ body: @escaping @Sendable () async throws -> Void
    ) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do {
                    try await body()
                    return .done
                } catch is CancellationError {
                    return .gaveUp
                } catch {
                    return .failed(error)
                }
            }
            group.addTask {
                var last = movement()
                while (try? await Task.sleep(for: limit)) != nil {
                    let now = movement()
                    if now == last { break }
                    last = now
                }
                return .gaveUp
            }
            defer { group.cancelAll() }
            return await group.next() ?? .gaveUp
        }
    }
}
