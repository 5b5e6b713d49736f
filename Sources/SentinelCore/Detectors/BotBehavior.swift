/// The rule `bot_behavior`: any of first post too soon, cadence of a clock, mostly identical posts.
package struct BotBehavior: Sendable {
    package static let rule = "bot_behavior"

    package struct Parameters: Sendable, Equatable {
        package var firstPost = FirstPost.Parameters()
        package var cadence = Cadence.Parameters()
        package var identicalPosts = IdenticalPosts.Parameters()

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the post that was appended to the history last. The evidence holds an object for each reason that was met:
    /// `first_post`, `cadence`, `identical_posts`, and their names in `reasons`.
    ///
    /// - Parameter created: when the account was created, in ms since 1970; nil if the app did not say.
    package func finding(created: Int64?, at time: Int64, in history: PostHistory) -> Finding? {
        let reasons: [(name: String, finding: Finding?)] = [
            ("first_post", FirstPost(parameters.firstPost).finding(created: created, at: time, in: history)),
            ("cadence", Cadence(parameters.cadence).finding(in: history)),
            ("identical_posts", IdenticalPosts(parameters.identicalPosts).finding(at: time, in: history)),
        ]
        let met = reasons.compactMap { reason in reason.finding.map { (reason.name, $0) } }
        guard !met.isEmpty else { return nil }
        return Finding(
            rule: Self.rule,
            description: met.map(\.1.description).joined(separator: "; "),
            evidence: .object(
                [.init("reasons", .array(met.map { .string($0.0) }))] + met.map { .init($0.0, $0.1.evidence) }
            )
        )
    }
}
