/// What a detector says of one event: which rule it meets, in words for an admin, and with which evidence.
///
/// Words and evidence are put together only when somebody asks: of a bot that is flagged at every post one incident is told.
package struct Finding: Sendable, Equatable {
    /// The id of the rule, which is also the name of the flag: `bot_behavior`, `duplicate_content` …
    package var rule: String
    private let tell: @Sendable () -> (description: String, evidence: JSONValue)

    package init(rule: String, tell: @escaping @Sendable () -> (description: String, evidence: JSONValue)) {
        self.rule = rule
        self.tell = tell
    }

    package init(rule: String, description: String, evidence: JSONValue) {
        self.init(rule: rule) { (description, evidence) }
    }

    /// One sentence for people.
    package var description: String { tell().description }

    /// The numbers behind the sentence: intervals, CV, matched posts, accounts.
    package var evidence: JSONValue { tell().evidence }

    package static func == (one: Finding, other: Finding) -> Bool {
        one.rule == other.rule && one.tell() == other.tell()
    }
}

extension Finding {
    /// One finding of what several watches of one rule have met: their words side by side, their evidence under their names,
    /// and the names in `reasons`. Nil if there is none.
    package static func joining(_ findings: [(name: String, finding: Finding)]) -> Finding? {
        guard let first = findings.first else { return nil }
        return Finding(rule: first.finding.rule) {
            (
                findings.map(\.finding.description).joined(separator: "; "),
                .object(
                    [.init("reasons", .array(findings.map { .string($0.name) }))]
                        + findings.map { .init($0.name, $0.finding.evidence) })
            )
        }
    }
}
