/// Shows one incident with its evidence.
struct IncidentShow: Command {
    static let name = "incident show"
    static let abstract = "Show one incident with its evidence"
    static let discussion = """
        Ends with 4 if there is no such incident.
        """
    static let examples = [
        Example("As a page", "sentinel incident show i-17f3a9"),
        Example("With every field", "sentinel incident show i-17f3a9 -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("incident", \.id, .string("id"), "the id that incident ls and alerts show")
    ]

    var id = ""

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
