import SentinelCore
import SentinelEngine

/// Makes a token for the HTTP API.
struct TokenAdd: Command {
    static let name = "token add"
    static let abstract = "Make a token for the HTTP API"
    static let discussion = """
        The token is shown once: Redis keeps a hash of it. As soon as there is any token, the API wants one of everybody. The first is made over Redis, others also with --api. A role may do what those after it may: superuser (tokens), admin (review, block, policy), staff (see incidents and blocks), client (record and check).
        """
    static let examples = [
        Example("For a moderator, for a month", "sentinel token add --role staff --name carol --expires 30d"),
        Example("For an app, into its configuration", "sentinel token add --role client --name shop -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("role", nil, \.role, .choice("role"), "superuser, admin, staff or client", required: true),
        .option("name", nil, \.title, .string("name"), "whom or what it is for (default: $USER)"),
        .option("expires", nil, \.expires, .term, "after this time: 12h, 30d, permanent"),
        .note(\.note),
        .by(\.by),
    ]

    enum RoleName: String, CaseIterable, Sendable {
        case superuser, admin, staff, client

        var role: Role {
            switch self {
            case .superuser: .superuser
            case .admin: .admin
            case .staff: .staff
            case .client: .client
            }
        }
    }

    var role: RoleName?
    var title: String?
    var expires = Term.permanent
    var note: String?
    var by: String?

    private static let columns: [Column<NewToken>] = [
        Column("id", clips: false) { .string($0.id) },
        Column("token", clips: false) { .string($0.secret) },
        Column("until", absent: "never") { .optional($0.until, Value.time) },
    ]

    func validate() throws(ValueProblem) {
        if case .limited(let duration) = expires, duration > .seconds(3650 * 86_400) {
            throw ValueProblem("--expires: longer than ten years is permanent")
        }
    }

    func run(_ context: Context) async throws -> ExitCode {
        guard let role = role?.role else { throw Failure(.usage, "--role is missing") }
        let name = title ?? String(context.admin(nil).dropFirst("admin:".count))
        let token = try await context.withOperations {
            try await $0.addToken(
                role, name: name, for: expires.duration, by: context.admin(by), note: note)
        }
        guard context.output.format == .human else {
            try context.output.one(token, Self.columns)
            return .ok
        }
        try context.output.line(token.secret, .strong)
        try context.output.flush()
        context.notice(
            "this is the only time that it is shown; 'Authorization: Bearer …' sends it, 'token rm \(token.id)' ends it"
        )
        return .ok
    }
}
