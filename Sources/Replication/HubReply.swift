/// The head of a hub's reply, and of an unsuccessful one also its body.
package struct HubReply: Sendable {
    package var status: Int
    package var contentType: String?
    package var entityTag: String?
    /// How long the hub asks to wait, in seconds.
    package var retryAfterSeconds: Int?
    /// The body where the status is not 200 to 299; otherwise it was handed out piece by piece.
    package var body: [UInt8]

    package init(
        status: Int,
        contentType: String? = nil,
        entityTag: String? = nil,
        retryAfterSeconds: Int? = nil,
        body: [UInt8] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.entityTag = entityTag
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
    }

    package var isSuccess: Bool { (200...299).contains(status) }
}
