import SentinelCore
import SentinelEngine

/// Lists the edges that keep copies of the block list.
struct EdgeList: Command {
    static let name = "edge ls"
    static let abstract = "List edges, and how far each is behind"
    static let discussion = """
        An edge is a program that keeps its own copy of the block list and says up to which change it has applied it. Those that were not heard of for a day are forgotten.
        """
    static let examples = [
        Example("Who follows, and how well", "sentinel edge ls"),
        Example("For a script that looks for late ones", "sentinel edge ls -o json"),
    ]

    private static let columns: [Column<EdgeLag>] = [
        Column("edge", clips: false) { .string($0.edge.name) },
        Column("via") { .string($0.edge.way.rawValue) },
        Column("applied") { .int($0.edge.applied) },
        Column("behind", tone: { $0.isBehind ? .bad : .plain }) { .int($0.changes) },
        Column("lag_ms", "lag", tone: { $0.isBehind ? .bad : .plain }) { .duration($0.time) },
        Column("seen") { .time($0.edge.seen) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let lags = try await context.withOperations { try await $0.edgeLags() }
        try context.output.list(lags, Self.columns, empty: "No edges.")
        return .ok
    }
}
