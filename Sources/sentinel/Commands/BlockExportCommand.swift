import SentinelCore
import SentinelEngine

/// Prints active blocks as a list.
struct BlockExportCommand: Command {
    static let name = "block export"
    static let abstract = "Print active blocks as a list"
    static let discussion = """
        A plain list has addresses and networks only. 'sentinel block import' takes all three formats; at most 100,000 blocks are printed, the newest.
        """
    static let examples = [
        Example("For a backup", "sentinel block export > blocks.csv"),
        Example("For a firewall", "sentinel block export --format plain > drop.txt"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("format", nil, \.format, .choice("format"), "plain, csv or jsonl"),
        .option("type", nil, \.type, .string("type"), "only of this type: ip, net, user …"),
    ]

    var format = BlockListFormat.csv
    var type: String?

    func run(_ context: Context) async throws -> ExitCode {
        let blocks = try await context.withOperations {
            try await $0.blocks(BlockFilter(type: type), limit: BlockListReader.mostRows)
        }
        try context.output.write(BlockListWriter.head(format))
        for block in blocks.entries {
            if let line = BlockListWriter.line(block.value, format) { try context.output.write(line) }
        }
        try context.output.flush()
        if blocks.entries.count < blocks.total {
            context.notice("the newest \(blocks.entries.count) of \(blocks.total)")
        }
        return .ok
    }
}
