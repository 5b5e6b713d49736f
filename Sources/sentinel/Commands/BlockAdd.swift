/// Blocks subjects by hand.
struct BlockAdd: Command {
    static let name = "block add"
    static let abstract = "Block somebody"
    static let discussion = """
        The block holds at every edge at once and ends by itself. A block that is already there is replaced.
        """
    static let examples = [
        Example("An address for four hours", "sentinel block add 203.0.113.7 --duration 4h"),
        Example("A network until it is lifted", "sentinel block add 198.51.100.0/24 -d permanent --reason ABUSE"),
        Example(
            "Make a user solve a challenge, and say why",
            "sentinel block add user:mallory -t challenge --note 'ticket 4711'"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("duration", "d", \.duration, .term, "how long: 90s, 10m, 4h, 7d, permanent"),
        .option("action", "t", \.action, .choice("action"), "block, challenge or throttle"),
        .option("reason", "R", \.reason, .choice("reason"), "one of"),
        .option("note", nil, \.note, .string("text"), "for other admins"),
        .arguments(
            "subject", \.subjects, .string("subject"),
            "ip:203.0.113.7, user:alice, net:198.51.100.0/24; a bare address or network"),
    ]

    var subjects: [String] = []
    var duration = Term.limited(.seconds(14_400))
    var action = BlockAction.block
    var reason = BlockReason.manual
    var note: String?

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
