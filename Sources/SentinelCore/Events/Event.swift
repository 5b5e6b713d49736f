/// One thing that somebody did, as an app reports it: the input of everything else.
///
/// Identifiers are opaque bytes (1…256), never decoded or repaired; texts are bytes that should be UTF-8 but may not be.
package struct Event: Sendable, Equatable {
    /// When it happened, in ms since 1970. Nil for a live event: Redis supplies its own time.
    package var at: Int64?
    /// What was done: `content`, `message`, `signup`, `login`, `read`, `request`, or any word the policy names.
    package var kind: String
    /// Who did it. Nil for visitors that only an address identifies.
    package var user: [UInt8]?
    /// The client's address as text, not necessarily canonical.
    package var ip: [UInt8]?
    package var text: [UInt8]?
    /// What was read or acted upon.
    package var object: [UInt8]?
    package var email: [UInt8]?
    package var username: [UInt8]?
    /// The app's own event id: the same id again changes nothing.
    package var id: [UInt8]?
    /// When the account was created, in ms since 1970.
    package var created: Int64?
    package var anonymous: Bool
    /// Tokens spent on the event, 0 or more.
    package var tokens: Int64?
    /// HTTP status of a request.
    package var status: Int?
    /// The fields that the policy names (``Policy/fields``), by name: ids of 1…256 bytes, or whole numbers as decimal text.
    package var fields: [String: [UInt8]]
    /// Of the kind `report`: the rule that an outside verdict names, such as `malicious_content`; else nil.
    package var report: String?
    /// Ground truth in recordings (`bot`, `human`, `spam`, `attacker` …). Never sent to Redis.
    package var label: String?

    package init(
        at: Int64? = nil, kind: String, user: [UInt8]? = nil, ip: [UInt8]? = nil, text: [UInt8]? = nil,
        object: [UInt8]? = nil, email: [UInt8]? = nil, username: [UInt8]? = nil, id: [UInt8]? = nil,
        created: Int64? = nil, anonymous: Bool = false, tokens: Int64? = nil, status: Int? = nil,
        fields: [String: [UInt8]] = [:], report: String? = nil, label: String? = nil
    ) {
        self.at = at
        self.kind = kind
        self.user = user
        self.ip = ip
        self.text = text
        self.object = object
        self.email = email
        self.username = username
        self.id = id
        self.created = created
        self.anonymous = anonymous
        self.tokens = tokens
        self.status = status
        self.fields = fields
        self.report = report
        self.label = label
    }
}
