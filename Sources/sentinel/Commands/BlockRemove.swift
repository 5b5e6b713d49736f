/// Lifts blocks.
struct BlockRemove: Command {
    static let name = "block rm"
    static let abstract = "Lift a block"
    static let discussion = """
        What was seen before does not count again: the same old evidence cannot bring the block back. Ends with 4 if there was no such block.
        """
    static let examples = [
        Example("Let an address in again", "sentinel block rm 203.0.113.7"),
        Example(
            "Two at once, with a word for the audit log", "sentinel block rm user:alice user:bob --note 'false alarm'"),
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
