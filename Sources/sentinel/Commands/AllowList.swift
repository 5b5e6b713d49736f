import SentinelCore
import SentinelEngine

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

    private static let columns: [Column<Standing<Exemption>>] = [
        Column("subject", clips: false) { .string($0.value.subject.description) },
        Column("expires_in_ms", "expires in", absent: "never") { .optional($0.remaining, Value.duration) },
        Column("by") { .string($0.value.by) },
        Column("note") { .optional($0.value.note, Value.string) },
        Column("since") { .time($0.value.since) },
        Column("until", isListed: false) { .optional($0.value.until, Value.time) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let list = try await context.withOperations { try await $0.exemptions(ofType: type, limit: limit) }
        try context.output.list(list.entries, Self.columns, empty: "No exemptions.")
        context.noticeRest(shown: list.entries.count, total: list.total)
        return .ok
    }
}
