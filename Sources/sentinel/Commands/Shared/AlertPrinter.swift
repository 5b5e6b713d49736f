import SentinelCore
import SentinelEngine
import SentinelRedis

/// Alerts as lines for people, or as the JSON objects that they are.
struct AlertPrinter {
    let output: Output

    func print(_ pushes: RedisPushes) async throws {
        for await push in pushes {
            guard case .message(let message) = push else { continue }
            try print(message.payload)
        }
    }

    func print(_ alert: [UInt8]) throws {
        guard output.format == .human, let value = try? JSONReader.read(alert) else {
            try output.line(String(decoding: alert, as: UTF8.self))
            return try output.flush()
        }
        let severity = value["severity"]?.integer ?? 0
        let name = Rule.Severity(rawValue: Int(severity))?.name ?? "?"
        let tone: Tone = severity >= 4 ? .bad : severity == 3 ? .warning : .plain
        var line = ISO8601.format(value["at"]?.integer ?? 0)
        line += "  " + name.padding(to: 8)
        line += "  " + (value["rule"]?.text ?? "").padding(to: 25)
        line += "  " + (value["subject"]?.text ?? "") + "  " + (value["description"]?.text ?? "")
        if let at = value["at"]?.integer, let until = value["block"]?["until"]?.integer {
            line += "  → blocked for " + HumanTime.span(milliseconds: until - at)
        }
        try output.line(line, tone)
        try output.flush()
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }
}
