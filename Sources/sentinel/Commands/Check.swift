import SentinelCore
import SentinelEngine

/// Asks for a verdict without counting anything.
struct Check: Command {
    static let name = "check"
    static let abstract = "Ask for a verdict without counting"
    static let discussion = """
        Ends with 0 if it would be allowed and with 3 if it would be limited, challenged or blocked.
        """
    static let examples = [
        Example("May Alice send a message now?", "sentinel check message --user alice"),
        Example("In a script: stop if the address is blocked", "sentinel check --ip 203.0.113.7 -o json || exit 1"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("kind", \.kind, .string("kind"), "what would be done; without it only blocks are looked at"),
        .option("user", "u", \.user, .string("id"), "who did it"),
        .option("ip", "i", \.ip, .string("address"), "from which address"),
        .option("tokens", nil, \.tokens, .int(0...1_000_000_000), "tokens it would spend"),
        .flag("anonymous", nil, \.anonymous, "the user is not registered"),
    ]

    var kind: String?
    var user: String?
    var ip: String?
    var tokens: Int?
    var anonymous = false

    func validate() throws(ValueProblem) {
        if user == nil, ip == nil { throw ValueProblem("who? Give --user <id>, --ip <address> or both") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        // An empty kind asks for blocks alone.
        let event = Event(
            kind: kind ?? "", user: user.map { Array($0.utf8) }, ip: ip.map { Array($0.utf8) }, anonymous: anonymous,
            tokens: tokens.map(Int64.init))
        let verdict = try await context.withOperations { try await $0.check(event) }
        return try VerdictReport(verdict: verdict).write(to: context.output)
    }
}
