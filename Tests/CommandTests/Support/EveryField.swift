import SentinelCore
import SentinelEngine
import SentinelRedis

/// An event that has every field: how it is recorded, and what the log then holds.
struct EveryField {
    /// With what terminals and JSON could stumble over.
    static let text = "h\"i\u{1B}"

    static let line = [
        "record", "signup", "-u", "bob", "-i", "::ffff:203.0.113.8", "--text", text, "--object", "o", "--email",
        "bob@example.org", "--username", "bobby", "--id", "e1", "--created", "2026-01-02T03:04:05Z", "--tokens", "7",
        "--status", "201", "--anonymous",
    ]

    static let logged = [
        "kind": "signup", "user": "bob", "ip": "203.0.113.8", "text": text, "object": "o", "email": "bob@example.org",
        "username": "bobby", "id": "e1", "created": "1767323045000", "tokens": "7", "status": "201", "anonymous": "1",
    ]
}

extension Installation {
    /// The fields of the first event in the log.
    func firstLogged() async throws -> [String: String] {
        let entries = try await calls.client.call("XRANGE", calls.keys.events, "-", "+").array
        var fields: [String: String] = [:]
        for (name, value) in try entries[0].array[1].pairs { fields[name] = try value.string }
        return fields
    }
}
