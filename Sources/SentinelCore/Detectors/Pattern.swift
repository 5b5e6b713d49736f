/// Texts that hold forbidden turns of phrase: by default, attempts to talk a language model out of its instructions.
///
/// A text is searched for the expressions of a list, in the readings that a person has of it; the weights of the families
/// found are summed up. One plain demand is enough, innocent phrases need company: see `PatternList`.
package struct Pattern: Sendable {
    package static let rule = "jailbreak_attempt"

    package struct Parameters: Sendable, Equatable {
        package var list = PatternList.jailbreak
        /// Suspicious from this sum of weights on.
        package var minimumScore = 1.0

        package init() {}
    }

    /// Hits shown in the evidence; more say nothing more.
    private static let shownHits = 8
    /// Sums of weights such as 0.3 + 0.7 may miss 1 by a rounding error.
    private static let tolerance = 1e-9

    package var parameters: Parameters
    /// The flag that is raised.
    package var rule: String

    package init(_ parameters: Parameters = Parameters(), rule: String = Pattern.rule) {
        self.parameters = parameters
        self.rule = rule
    }

    /// What to search with; keep it from text to text.
    package func makeMatcher(maximumBytes: Int = 4096) -> PatternMatcher {
        PatternMatcher(parameters.list, minimumScore: parameters.minimumScore, maximumBytes: maximumBytes)
    }

    /// Judges what the matcher found in a text.
    package func finding(in result: PatternMatcher.Result) -> Finding? {
        guard !result.hits.isEmpty, result.score >= parameters.minimumScore - Self.tolerance else { return nil }
        return Finding(rule: rule) { [parameters] in
            let score = (result.score * 100).rounded() / 100
            let heaviest = result.hits.sorted { $0.family.weight > $1.family.weight }.prefix(3)
            let words = heaviest.map { "\($0.family.name) (“\($0.excerpt)”)" }.joined(separator: ", ")
            let matches = result.hits.prefix(Self.shownHits).map {
                JSONValue.object([
                    .init("family", .string($0.family.name)), .init("weight", .double($0.family.weight)),
                    .init("line", .int(Int64($0.line))), .init("excerpt", .string($0.excerpt)),
                ])
            }
            return (
                "text with \(words); \(score) where \(parameters.minimumScore) is suspicious",
                .object([
                    .init("score", .double(score)),
                    .init("minimum_score", .double(parameters.minimumScore)),
                    .init("families", .int(Int64(result.hits.count))),
                    .init("matches", .array(matches)),
                    .init("given_up", .int(Int64(result.exceeded))),
                ])
            )
        }
    }

    /// Judges a text.
    package func finding(of text: [UInt8], with matcher: PatternMatcher) -> Finding? {
        finding(in: matcher.search(text))
    }
}
