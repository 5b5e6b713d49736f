/// What a detector says of one event: which rule it meets, in words for an admin, and with which evidence.
package struct Finding: Sendable, Equatable {
    /// The id of the rule, which is also the name of the flag: `bot_behavior`, `duplicate_content` …
    package var rule: String
    /// One sentence for people.
    package var description: String
    /// The numbers behind the sentence: intervals, CV, matched posts, accounts.
    package var evidence: JSONValue

    package init(rule: String, description: String, evidence: JSONValue) {
        self.rule = rule
        self.description = description
        self.evidence = evidence
    }
}
