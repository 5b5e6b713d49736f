import SentinelCore
import SentinelEngine

/// Prints Redis users with no more rights than each part of an installation needs.
struct Acl: Command {
    static let name = "acl"
    static let abstract = "Print Redis users with the least rights"
    static let discussion = """
        For the file that Redis reads with 'aclfile', or for ACL SETUSER. Users are off until they have a password: put one in the place of '>PASSWORD', or its SHA-256 as '#…', and 'on' before it.

        app: records and checks. edge: reads block keys and follows the list. subscriber: follows alerts. coordinator: 'sentinel run'. admin: everything of Sentinel's, and nothing else.
        """
    static let examples = [
        Example("All of them, into a file", "sentinel acl > users.acl"),
        Example("One, switched on", "sentinel acl app --password s3cret"),
        Example("For another namespace", "sentinel acl --namespace forum"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("password", nil, \.password, .string("text"), "of the users that are printed, who are on then"),
        .argument("user", \.user, .choice("user"), "only this one"),
    ]

    var user: AccessUser.Name?
    var password: String?

    func validate() throws(ValueProblem) {
        let isPlain = password.map { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } } ?? true
        guard isPlain else { throw ValueProblem("--password can have no spaces, controls or letters beyond ASCII") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        for name in user.map({ [$0] }) ?? AccessUser.Name.allCases {
            let user = AccessUser(name, keys: Keys(namespace: context.globals.namespace))
            try context.output.line(user.line(password: password))
        }
        return .ok
    }
}
