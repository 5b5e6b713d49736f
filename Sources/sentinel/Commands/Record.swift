import SentinelCore
import SentinelEngine

/// Reports one event and prints the verdict.
struct Record: Command {
    static let name = "record"
    static let abstract = "Report one event and print the verdict"
    static let discussion = """
        Ends with 0 if the event is allowed and with 3 if it is limited, challenged or blocked.
        """
    static let examples = [
        Example("Alice sent a message", "sentinel record message --user alice --ip 203.0.113.7 --text 'hello'"),
        Example("Somebody without an account asked for a page", "sentinel record request --ip 203.0.113.7"),
        Example(
            "A sign-up, with the verdict as JSON",
            "sentinel record signup -u bob -i 203.0.113.8 --email bob@example.org -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("kind", \.kind, .string("kind"), "content, message, signup, login, read, request …"),
        .option("user", "u", \.user, .string("id"), "who did it"),
        .option("ip", "i", \.ip, .string("address"), "from which address"),
        .option("text", nil, \.text, .string("text"), "what was written"),
        .option("object", nil, \.object, .string("id"), "what was read or acted upon"),
        .option("email", nil, \.email, .string("address"), "mail address of a sign-up"),
        .option("username", nil, \.username, .string("name"), "chosen name of a sign-up"),
        .option("id", nil, \.id, .string("id"), "your event id: the same again changes nothing"),
        .option("created", nil, \.created, .time, "when the account was created"),
        .option("tokens", nil, \.tokens, .int(0...1_000_000_000), "tokens spent"),
        .option("status", nil, \.status, .int(100...599, "code"), "HTTP status of a request"),
        .flag("anonymous", nil, \.anonymous, "the user is not registered"),
    ]

    var kind = ""
    var user: String?
    var ip: String?
    var text: String?
    var object: String?
    var email: String?
    var username: String?
    var id: String?
    var created: TimePoint?
    var tokens: Int?
    var status: Int?
    var anonymous = false

    func validate() throws(ValueProblem) {
        if user == nil, ip == nil { throw ValueProblem("who? Give --user <id>, --ip <address> or both") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        let event = Event(
            kind: kind, user: user.map(bytes), ip: ip.map(bytes), text: text.map(bytes), object: object.map(bytes),
            email: email.map(bytes), username: username.map(bytes), id: id.map(bytes),
            created: created?.milliseconds(now: context.now), anonymous: anonymous, tokens: tokens.map(Int64.init),
            status: status)
        let verdict = try await context.withOperations { try await $0.record(event) }
        return try VerdictReport(verdict: verdict).write(to: context.output)
    }

    private func bytes(_ text: String) -> [UInt8] {
        Array(text.utf8)
    }
}
