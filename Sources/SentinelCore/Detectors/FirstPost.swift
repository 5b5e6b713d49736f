/// An account that posts within a minute of its creation: people look around first, scripts do not.
package struct FirstPost: Sendable {
    package struct Parameters: Sendable, Equatable {
        /// The first post is suspicious up to this age of the account, in ms.
        package var maximumAge: Int64 = 60_000

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the post that was appended to the history last.
    ///
    /// An account created after its post, by the app's clock, is as new as can be if the clocks differ by no more than
    /// `maximumAge`; beyond that the creation time is nonsense and says nothing.
    ///
    /// - Parameter created: when the account was created, in ms since 1970; nil if the app did not say.
    package func finding(created: Int64?, at time: Int64, in history: PostHistory) -> Finding? {
        guard let created, history.total == 1, time > history.since else { return nil }
        let (difference, overflow) = time.subtractingReportingOverflow(created)
        guard !overflow, difference >= -parameters.maximumAge, difference <= parameters.maximumAge else { return nil }
        let age = max(0, difference)
        return Finding(
            rule: "bot_behavior",
            description: "first post \(Double(age) / 1000) s after the account was created",
            evidence: .object([
                .init("account_age_ms", .int(age)),
                .init("maximum_age_ms", .int(parameters.maximumAge)),
            ])
        )
    }
}
