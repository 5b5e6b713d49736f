import SentinelCore
import SentinelEngine

/// Checks that nobody changed the audit log.
struct AuditVerify: Command {
    static let name = "audit verify"
    static let abstract = "Check the audit log's chain of hashes"
    static let discussion = """
        Each entry holds the hash of the one before. Whoever can write to Redis can compute a whole chain anew, so keep the end of the log elsewhere, and check it with --head. Ends with 1 if anything is wrong.
        """
    static let examples = [
        Example("Check it, and note the end of it", "sentinel audit verify"),
        Example(
            "Check that what was noted is still so",
            "sentinel audit verify --head 12:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("head", nil, \.head, .auditHead, "an entry as an earlier check told it: <n>:<hash>")
    ]

    var head: AuditChain.Head?

    private static let columns: [Column<AuditChain>] = [
        Column("sound", tone: { $0.problems.isEmpty ? .good : .bad }) { .bool($0.problems.isEmpty) },
        Column("entries") { .int(Int64($0.checked)) },
        Column("first") { .int($0.first) },
        Column("head", absent: "none") { .optional($0.last?.description, Value.string) },
        Column("unchained") { .int(Int64($0.unchained)) },
        Column("problems", absent: "none") { .list($0.problems) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let chain = try await context.withOperations { try await $0.verifyAudit(known: head) }
        try context.output.one(chain, Self.columns)
        return chain.problems.isEmpty ? .ok : .failure
    }
}

extension ValueType where Value == AuditChain.Head {
    /// `<n>:<hash>`
    static var auditHead: Self {
        Self(
            name: "n:hash",
            parse: { (text) throws(ValueProblem) in
                guard let head = AuditChain.Head(parsing: text) else {
                    throw ValueProblem("\(quoted(text)) is not <n>:<hash>, as 'sentinel audit verify' tells it")
                }
                return head
            },
            show: \.description
        )
    }
}
