/// What has to be sent, first come first served. Bounded: a job stands in it once, and a flush has someone waiting.
struct TaskQueue {
    enum Task: Equatable {
        /// Everything unsent about this job.
        case job(JobHandle)
        /// A question whether everything before it was applied.
        case flush(Ticket)
    }

    private var tasks: [Task] = []
    /// Entries before this one are done with.
    private var head = 0

    var isEmpty: Bool { head == tasks.count }
    var first: Task? { isEmpty ? nil : tasks[head] }

    mutating func append(_ task: Task) {
        tasks.append(task)
    }

    /// Takes the first task away; the queue must not be empty.
    mutating func removeFirst() {
        precondition(!isEmpty, "removeFirst() of an empty queue")
        head += 1
        // Shift when half is dead, so that the cost is constant a task.
        if head == tasks.count || (head >= 64 && head * 2 >= tasks.count) {
            tasks.removeFirst(head)
            head = 0
        }
    }

    /// Takes all flushes away and returns who waits for them.
    mutating func removeFlushes() -> [Ticket] {
        let flushes = tasks[head...].compactMap { if case .flush(let ticket) = $0 { ticket } else { nil } }
        tasks = tasks[head...].filter { if case .job = $0 { true } else { false } }
        head = 0
        return flushes
    }
}
