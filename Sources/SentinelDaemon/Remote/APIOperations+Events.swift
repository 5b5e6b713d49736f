package import SentinelCore
package import SentinelEngine
import SentinelIO

extension APIOperations {
    package func check(_ event: Event) async throws -> Verdict {
        let answer = try await json(
            "GET", "/v1/check",
            [
                ("kind", event.kind.isEmpty ? nil : event.kind),
                ("user", event.user.map { String(decoding: $0, as: UTF8.self) }),
                ("ip", event.ip.map { String(decoding: $0, as: UTF8.self) }), ("tokens", event.tokens.map(String.init)),
                ("anonymous", event.anonymous ? "true" : nil),
            ])
        return try Self.read(answer, Verdict.init(object:))
    }

    /// A refused event is answered with a problem that tells the verdict: so is a verdict told from any other refusal.
    package func record(_ event: Event) async throws -> Verdict {
        let answer = try await ask("POST", "/v1/events", [], JSONWriter.bytes(Self.object(event)))
        if answer.status == 403 || answer.status == 429, let problem = try? JSONReader.read(answer.body),
            let verdict = Verdict(object: problem)
        {
            return verdict
        }
        return try Self.read(try Self.value(answer), Verdict.init(object:))
    }

    private static func object(_ event: Event) -> JSONValue {
        func bytes(_ name: String, _ value: [UInt8]?) -> [JSONValue.Member] {
            value.map { [.init(name, .string(String(decoding: $0, as: UTF8.self)))] } ?? []
        }
        func number(_ name: String, _ value: Int64?) -> [JSONValue.Member] {
            value.map { [.init(name, .int($0))] } ?? []
        }
        return .object(
            [.init("kind", .string(event.kind))] + bytes("user", event.user) + bytes("ip", event.ip)
                + bytes("text", event.text) + bytes("object", event.object) + bytes("email", event.email)
                + bytes("username", event.username) + bytes("id", event.id) + number("created", event.created)
                + number("tokens", event.tokens) + number("status", event.status.map(Int64.init))
                + (event.anonymous ? [.init("anonymous", .bool(true))] : []))
    }
}
