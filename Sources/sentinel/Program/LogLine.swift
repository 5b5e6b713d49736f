import SentinelCore
import SentinelEngine

/// How a running Sentinel says what happens to it.
enum LogFormat: String, CaseIterable, Sendable {
    /// `sentinel: warning: …`, for people.
    case human
    /// `time=… level=warning namespace=… msg="…"` <https://brandur.org/logfmt>
    case logfmt
    /// The same as a JSON object.
    case json
}

/// What a running Sentinel is to say, and how.
struct LogOptions: Sendable, Equatable {
    /// The least that is said.
    enum Level: String, CaseIterable, Sendable {
        case info, warning, error
    }

    var format = LogFormat.human
    var level = Level.info

    /// Whether that is to be said.
    func includes(_ level: Journal.Level) -> Bool {
        let order = Level.allCases.map(\.rawValue)
        return order.firstIndex(of: level.rawValue)! >= order.firstIndex(of: self.level.rawValue)!
    }

    /// One line, its end included. Whatever stands in the message, it stays one line, and moves no cursor.
    /// - Parameter time: ms since 1970.
    func line(_ level: Journal.Level, _ message: String, namespace: String, at time: Int64) -> String {
        let fields = [
            ("time", ISO8601.format(time)), ("level", level.rawValue), ("namespace", namespace), ("msg", message),
        ]
        switch format {
        case .human:
            return "sentinel: " + (level == .info ? "" : "\(level.rawValue): ") + SafeText.escape(message) + "\n"
        case .logfmt: return fields.map { "\($0)=\(Self.quoted($1))" }.joined(separator: " ") + "\n"
        case .json: return JSONText.write(.object(fields.map { .init($0, .string($1)) })) + "\n"
        }
    }

    /// As it is where it is one plain word.
    private static func quoted(_ value: String) -> String {
        let safe = SafeText.escape(value)
        guard safe.isEmpty || safe.contains(where: { " =\"\\".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

extension Parameter {
    /// `--log-format`
    static func logFormat(_ path: Property<Target, LogFormat>) -> Self {
        .option(
            "log-format", nil, path, .choice("format"), "of what is said on stderr: human, logfmt or json",
            environment: "SENTINEL_LOG_FORMAT")
    }

    /// `--log-level`
    static func logLevel(_ path: Property<Target, LogOptions.Level>) -> Self {
        .option(
            "log-level", nil, path, .choice("level"), "the least that is said: info, warning or error",
            environment: "SENTINEL_LOG_LEVEL")
    }
}
