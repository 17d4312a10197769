/// What a sender says about a result.
public struct ResultDescription: Sendable, Equatable {
    /// The media type, as it will be given back; whoever begins a result has checked its form.
    public var mediaType: String
    /// A file name, as it will be given back.
    public var name: String?
    /// How the bytes arrive.
    public var coding: ResultCoding
    /// Must the content be one JSON value in UTF-8?
    public var isJSON: Bool

    /// A description.
    public init(mediaType: String, name: String? = nil, coding: ResultCoding = .identity, isJSON: Bool = false) {
        self.mediaType = mediaType
        self.name = name
        self.coding = coding
        self.isJSON = isJSON
    }
}
