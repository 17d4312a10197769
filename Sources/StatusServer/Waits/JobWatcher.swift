/// Somebody on an event loop who wants to hear of changes of jobs.
protocol JobWatcher: AnyObject {
    /// A job that it watches may have changed, or be gone. Called on the loop, under no lock, at most once a loop tick.
    ///
    /// - Parameter tag: what it gave for the job when it began to watch.
    func jobMayHaveChanged(_ tag: Int)
}

/// Somebody on an event loop who wants to hear of new jobs.
protocol CreationWatcher: AnyObject {
    /// There are some in its queue. Called on the loop, under no lock.
    func jobsMayHaveBeenMade()
}
