/// Lists exemptions.
struct AllowList: Command {
    static let name = "allow ls"
    static let abstract = "List exemptions"
    static let examples = [
        Example("All of them", "sentinel allow ls"),
        Example("For a backup", "sentinel allow ls -o json > allow.json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("type", nil, \.type, .string("type"), "only of this type: ip, net, user …"),
        .limit(\.limit),
    ]

    var type: String?
    var limit = 100

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
