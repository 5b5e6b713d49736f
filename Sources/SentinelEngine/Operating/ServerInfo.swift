/// The reply to `INFO`: names and values, one a line. <https://redis.io/docs/latest/commands/info/>
struct ServerInfo: Sendable, Equatable {
    private var values: [String: String] = [:]

    init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
    }

    subscript(_ name: String) -> String? { values[name] }

    func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }
}
