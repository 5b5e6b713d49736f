extension Event {
    /// The function that takes the event: a report goes its own way.
    package var function: String { kind == "report" ? "sentinel_report" : "sentinel_record" }

    /// Appends the event as field/value pairs for ``function``; what it does not have is left out.
    /// - Parameter withTime: Whether `at` goes along: for replays only, live events get the time of Redis.
    package func appendFields(to arguments: inout [[UInt8]], withTime: Bool = false) {
        func append(_ name: String, _ value: [UInt8]?) {
            guard let value else { return }
            arguments.append(Array(name.utf8))
            arguments.append(value)
        }
        func append(_ name: String, _ value: Int64?) { append(name, value.map { Array(String($0).utf8) }) }

        if kind == "report" {
            append("type", report.map { Array($0.utf8) })
            append("user", user)
            append("ip", ip)
            append("id", id)
            if withTime { append("at", at) }
            return
        }
        append("kind", Array(kind.utf8))
        append("user", user)
        append("ip", ip)
        append("text", text)
        append("object", object)
        append("email", email)
        append("username", username)
        append("id", id)
        append("created", created)
        if anonymous { append("anonymous", 1) }
        append("tokens", tokens)
        append("status", status.map(Int64.init))
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { append(name, value) }
        if withTime { append("at", at) }
    }
}
