import SentinelCore
import SentinelEngine

/// Shows one incident with its evidence.
struct IncidentShow: Command {
    static let name = "incident show"
    static let abstract = "Show one incident with its evidence"
    static let discussion = """
        Ends with 4 if there is no such incident.
        """
    static let examples = [
        Example("As a page", "sentinel incident show i0-17"),
        Example("With every field", "sentinel incident show i0-17 -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("incident", \.id, .string("id"), "the id that incident ls and alerts show")
    ]

    var id = ""

    func run(_ context: Context) async throws -> ExitCode {
        guard let incident = try await context.withOperations({ try await $0.incident(id) }) else {
            throw Failure(.notFound, "there is no incident \(quoted(id))", hint: "See 'sentinel incident ls'.")
        }
        guard context.output.format == .human else {
            try context.output.one(incident, IncidentColumns.all)
            return .ok
        }
        try context.output.one(incident, IncidentColumns.all.filter { $0.name != "evidence" })
        try context.output.line("evidence", .strong)
        for line in PrettyJSON.lines(incident.evidence, indent: 2) { try context.output.line(line) }
        return .ok
    }
}
