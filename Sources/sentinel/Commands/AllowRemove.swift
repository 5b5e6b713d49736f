/// Ends exemptions.
struct AllowRemove: Command {
    static let name = "allow rm"
    static let abstract = "End an exemption"
    static let discussion = """
        Ends with 4 if there was no such exemption.
        """
    static let examples = [
        Example("The office moved", "sentinel allow rm net:192.0.2.0/24"),
        Example("Two at once", "sentinel allow rm ip:203.0.113.7 user:tester"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("note", nil, \.note, .string("text"), "for the audit log"),
        .arguments(
            "subject", \.subjects, .string("subject"),
            "ip:203.0.113.7, user:alice, net:198.51.100.0/24; a bare address or network"),
    ]

    var subjects: [String] = []
    var note: String?

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
