/// Lists active blocks.
struct BlockList: Command {
    static let name = "block ls"
    static let abstract = "List active blocks"
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
    var reason: BlockReason?
    var by: String?
    var since: TimePoint?
    var until: TimePoint?
    var limit = 100

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
