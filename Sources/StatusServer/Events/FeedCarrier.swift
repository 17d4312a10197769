/// The connection that an ``EventFeed`` speaks over.
protocol FeedCarrier: AnyObject {
    /// The feed may have something to write. Called on the loop; not from inside a call of the feed.
    func feedMayHaveOutput()
}
