/// Exempts subjects from blocks.
struct AllowAdd: Command {
    static let name = "allow add"
    static let abstract = "Never block somebody"
    static let examples = [
        Example("Your office", "sentinel allow add net:192.0.2.0/24 --note office"),
        Example("A load test, for two hours", "sentinel allow add 203.0.113.7 --duration 2h"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("duration", "d", \.duration, .term, "how long: 90s, 10m, 4h, 7d, permanent"),
        .option("note", nil, \.note, .string("text"), "for other admins"),
        .arguments(
            "subject", \.subjects, .string("subject"),
            "ip:203.0.113.7, user:alice, net:198.51.100.0/24; a bare address or network"),
    ]

    var subjects: [String] = []
    var duration = Term.permanent
    var note: String?

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
