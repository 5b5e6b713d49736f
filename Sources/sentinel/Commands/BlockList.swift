import SentinelCore
import SentinelEngine

/// Lists active blocks.
struct BlockList: Command {
    static let name = "block ls"
    static let abstract = "List active blocks"
    static let discussion = """
        Lists what edges see: subjects whose block key is there at this moment.
        """
    static let examples = [
        Example("All of them", "sentinel block ls"),
        Example(
            "Addresses that Sentinel blocked in the last hour", "sentinel block ls --type ip --by sentinel --since 1h"),
        Example("For a firewall script", "sentinel block ls --type ip -o raw"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("type", nil, \.type, .string("type"), "only of this type: ip, net, user …"),
        .option("reason", "R", \.reason, .choice("reason"), "only for this reason"),
        .option("by", nil, \.by, .string("who"), "only by sentinel or by admin:<name>"),
        .since(\.since),
        .until(\.until),
        .limit(\.limit),
    ]

    var type: String?
    var reason: Block.Reason?
    var by: String?
    var since: TimePoint?
    var until: TimePoint?
    var limit = 100

    private static let columns: [Column<Standing<Block>>] = [
        Column("subject", clips: false) { .string($0.value.subject.description) },
        Column("action", tone: { $0.value.action == .block ? .bad : .warning }) {
            .string($0.value.action.rawValue)
        },
        Column("reason") { .string($0.value.reason) },
        Column("expires_in_ms", "expires in", absent: "never") { .optional($0.remaining, Value.duration) },
        Column("rule") { .optional($0.value.rule, Value.string) },
        Column("by") { .string($0.value.by) },
        Column("ref", clips: false) { .string($0.value.ref) },
        Column("note") { .optional($0.value.note, Value.string) },
        Column("incident", isListed: false) { .optional($0.value.incident, Value.string) },
        Column("since") { .time($0.value.since) },
        Column("until", isListed: false) { .optional($0.value.until, Value.time) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let filter = BlockFilter(
            type: type, reason: reason, by: by, since: context.range(since: since, until: until))
        let blocks = try await context.withOperations { try await $0.blocks(filter, limit: limit) }
        try context.output.list(blocks.entries, Self.columns, empty: "No active blocks.")
        context.noticeRest(shown: blocks.entries.count, total: blocks.total)
        return .ok
    }
}
