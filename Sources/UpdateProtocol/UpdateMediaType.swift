/// The name of this protocol where HTTP asks for one.
public enum UpdateMediaType {
    /// The `content-type` of both bodies of `POST /v1/updates`, in lower case.
    public static let name: StaticString = "application/vnd.telltale.updates"
}
