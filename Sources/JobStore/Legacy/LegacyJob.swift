/// A row of the service that Telltale stands in for, as far as it can be understood: what is nil stands in the file as
/// nothing, or as something else than it should be.
public struct LegacyJob: Sendable, Equatable {
    /// What the routes call the job. Not always an id that they take.
    public var taskID: String
    /// As written.
    public var state: String
    /// Milliseconds since 1970 UTC, as all times here.
    public var createdAt: Int64?
    public var updatedAt: Int64?
    /// As the file has it, or 24 hours after ``createdAt`` in a file that is older than this column.
    public var expiresAt: Int64?
    /// How often it was tried again.
    public var retries: Int64
    public var errorMessage: String?
    /// In per cent; 0 where the file is older than this column.
    public var progress: Double
    /// The name of a step, or its number.
    public var step: String?
    public var totalSteps: Int64?
    /// JSON, as it is written there.
    public var result: String?
    /// When the result's own time is over, where it has one.
    public var resultExpiresAt: Int64?
    /// Some time stands in the row that nobody can read.
    public var hasUnknownTime: Bool
}
