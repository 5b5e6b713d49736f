package import SentinelCore

extension Token {
    /// What the API tells of a token. It has no hash, and so accepts nobody.
    package init?(object: JSONValue) {
        guard let id = object["id"]?.text, let role = object["role"]?.text.flatMap(Role.init(rawValue:)) else {
            return nil
        }
        self.init(
            id: id, role: role, name: object["name"]?.text ?? "", by: object["by"]?.text ?? "",
            created: object["created"]?.instant ?? 0, until: object["until"]?.instant, hash: [])
    }
}

extension NewToken {
    package init?(object: JSONValue) {
        guard let id = object["id"]?.text, let secret = object["token"]?.text else { return nil }
        self.init(id: id, secret: secret, until: object["until"]?.instant)
    }
}
