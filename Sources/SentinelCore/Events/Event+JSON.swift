extension Event {
    /// Appends the event as one line of a recording, with its line break. What is not UTF-8 becomes U+FFFD.
    package func appendJSONLine(to json: inout JSONWriter) {
        json.beginObject()
        json.append("at", at)
        json.appendName("kind")
        json.appendString(kind)
        json.append("user", user)
        json.append("ip", ip)
        json.append("text", text)
        json.append("object", object)
        json.append("email", email)
        json.append("username", username)
        json.append("id", id)
        json.append("created", created)
        if anonymous {
            json.appendName("anonymous")
            json.appendBool(true)
        }
        json.append("tokens", tokens)
        json.append("status", status.map(Int64.init))
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { json.append(name, value) }
        json.append("type", report.map { Array($0.utf8) })
        json.append("label", label.map { Array($0.utf8) })
        json.endObject()
        json.appendNewline()
    }
}

extension JSONWriter {
    fileprivate mutating func append(_ name: String, _ value: [UInt8]?) {
        guard let value else { return }
        appendName(name)
        appendString(value)
    }

    fileprivate mutating func append(_ name: String, _ value: Int64?) {
        guard let value else { return }
        appendName(name)
        appendInt(value)
    }
}
