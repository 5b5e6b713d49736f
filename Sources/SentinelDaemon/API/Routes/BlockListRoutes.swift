import SentinelCore
import SentinelEngine
import SentinelIO

extension BlockListFormat {
    var mediaType: String {
        switch self {
        case .plain: "text/plain"
        case .csv: "text/csv"
        case .jsonl: "application/x-ndjson"
        }
    }
}

extension Route {
    /// Lines that could not be done, in one answer.
    private static var mostProblems: Int { 100 }

    /// `POST /v1/blocks/import`: blocks everybody on a list.
    static func blockImport(_ context: APIContext) -> Route {
        let problem = Schema.whole([("line", Schema.integer()), ("message", Schema.string())])
        return Route(
            "POST", "/v1/blocks/import", role: .admin, "Block everybody on a list",
            parameters: [
                .query("reason", .choice(Block.Reason.allCases.map(\.rawValue)), "Where a line has none; MANUAL"),
                .query("action", .choice(Block.Action.allCases.map(\.rawValue)), "Where a line has none; block"),
                .query("duration_ms", .integer(1...longest), "Where a line has none; permanent"),
                .query("note", .note, "Where a line has none"),
            ],
            bodies: BlockListFormat.allCases.map { Body($0.mediaType, Schema.string()) },
            answers: [
                Answer(
                    .ok, "How many were set, and the first lines that could not be done", "application/json",
                    Schema.whole([
                        ("added", Schema.integer()), ("changed", Schema.integer()), ("failed", Schema.integer()),
                        ("problems", Schema.array(of: problem, maximum: mostProblems)),
                    ]))
            ]
        ) { (request) throws(Problem) in
            let arguments = request.arguments
            guard let format = BlockListFormat.allCases.first(where: { $0.mediaType == request.mediaType }) else {
                throw Problem(.unsupportedMediaType)
            }
            let list: BlockListReader
            do throws(EventError) {
                list = try BlockListReader(request.http.body, format)
            } catch {
                throw Problem(.badRequest, error.description)
            }
            var defaults = BlockDefaults()
            defaults.reason = arguments.text("reason").flatMap(Block.Reason.init) ?? .manual
            defaults.action = arguments.text("action").flatMap(Block.Action.init) ?? .block
            defaults.duration = arguments.integer("duration_ms")
            defaults.note = arguments.text("note")
            return context.later { [defaults] in
                var outcome = try await context.calls.importBlocks(list.wishes, defaults, by: request.caller)
                outcome.problems = (list.problems + outcome.problems).sorted { $0.line < $1.line }
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("added", .int(Int64(outcome.added))), .init("changed", .int(Int64(outcome.changed))),
                            .init("failed", .int(Int64(outcome.problems.count))),
                            .init(
                                "problems",
                                .array(
                                    outcome.problems.prefix(mostProblems).map {
                                        .object([
                                            .init("line", .int(Int64($0.line))), .init("message", .string($0.message)),
                                        ])
                                    })),
                        ])))
            }
        }
    }

    /// `GET /v1/blocks/export`: the active blocks as a list.
    static func blockExport(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/blocks/export", role: .staff, "The active blocks as a list, newest first",
            parameters: [
                .query("format", .choice(BlockListFormat.allCases.map(\.rawValue)), "csv unless said otherwise"),
                .query("type", .word, "Only of this type: ip, net, user …"),
            ],
            answers: [
                Answer(.ok, "At most 100,000 of them, in the format that was asked for", "*/*", Schema.string())
            ]
        ) { request in
            let format = request.arguments.text("format").flatMap(BlockListFormat.init) ?? .csv
            let filter = BlockFilter(type: request.arguments.text("type"))
            return context.later {
                let blocks = try await context.calls.blocks(filter, limit: BlockListReader.mostRows)
                var bytes = Array(BlockListWriter.head(format).utf8)
                for block in blocks.entries {
                    if let line = BlockListWriter.line(block.value, format) { bytes.append(contentsOf: line.utf8) }
                }
                return HTTPResponse(
                    .ok, headers: [("Content-Type", format.mediaType), ("Cache-Control", "no-store")], body: bytes)
            }
        }
    }
}
