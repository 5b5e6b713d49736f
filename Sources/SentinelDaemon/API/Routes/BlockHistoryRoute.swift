import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/blocks/history`: blocks that were set and lifted, and by whom.
    static func blockHistory(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/blocks/history", role: .staff, "Blocks that were set and lifted, newest first",
            parameters: [
                .query("subject", .subject, "Only of this subject"),
                .query("by", .bytes(1...128), "Only by sentinel or by admin:<name>"),
                .query("since", .time, "Only what was changed at this time or later"),
                .query("until", .time, "Only what was changed before this time"),
                .query("limit", .integer(1...500), "About so many: imports stay together; 50 unless said otherwise"),
                .query("cursor", .position, "next of the page before"),
            ],
            answers: [
                Answer(
                    .ok, "A page. next is null at the end", "application/json",
                    Schema.object(
                        [("changes", Schema.array(of: Schema.blockRecord)), ("next", Schema.string(orNull: true))],
                        required: ["changes", "next"]))
            ]
        ) { request in
            let arguments = request.arguments
            return context.later {
                let history = try await context.calls.blockHistory(
                    of: arguments.subject("subject"), by: arguments.text("by"), written: arguments.range,
                    limit: Int(arguments.integer("limit") ?? 50), after: arguments.text("cursor"))
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("changes", .array(history.records.map(Objects.blockRecord))),
                            .init("next", Objects.text(history.next)),
                        ])))
            }
        }
    }
}

extension Objects {
    static func blockRecord(_ record: BlockRecord) -> JSONValue {
        .object([
            .init("at", time(record.at)), .init("by", .string(record.by)),
            .init("change", .string(record.change.rawValue)), .init("subject", .string(record.subject.description)),
            .init("ref", .string(record.ref)), .init("note", text(record.note)),
            .init("is_active", .bool(record.isActive)), .init("action", text(record.block?.action.rawValue)),
            .init("reason", text(record.block?.reason)), .init("rule", text(record.block?.rule)),
            .init("incident", text(record.block?.incident)), .init("until", time(record.block?.until)),
        ])
    }
}

extension Schema {
    static var blockRecord: JSONValue {
        let text = string(orNull: true)
        return whole([
            ("at", string()), ("by", string()), ("change", choice(BlockRecord.Change.allCases.map(\.rawValue))),
            ("subject", string()), ("ref", string()), ("note", text), ("is_active", boolean), ("action", text),
            ("reason", text), ("rule", text), ("incident", text), ("until", text),
        ])
    }
}
