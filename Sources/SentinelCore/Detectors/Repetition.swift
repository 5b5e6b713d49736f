/// A user who sends very similar messages in a row.
///
/// Similar is a large overlap of four-letter pieces, see `TextSketch.similarity`. Each message of the row is compared with the newest, so that a row cannot drift away.
/// Messages too short for a fingerprint neither count nor end a row: an "ok" in between changes nothing.
package struct Repetition: Sendable {
    package static let rule = "repetitive_messages"

    package struct Parameters: Sendable, Equatable {
        /// How many similar messages in a row are needed, the present one included. Of a regular (`PostHistory.isRegular`),
        /// who tries out one line of code or asks a bot again, twice as many.
        package var messages = 3
        /// How similar the messages must be, 0…1, see `TextSketch.similarity`.
        package var minimumSimilarity = 0.9
        /// How old the row's first message may be, in ms.
        package var window: Int64 = 3_600_000

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the newest message of the history; nothing is found if it has no fingerprint of its own.
    package func finding(at time: Int64, in history: PostHistory) -> Finding? {
        let recent = history.recentPosts(at: time, window: parameters.window)
        guard let newest = recent.last?.fingerprint else { return nil }
        var row = 0
        var identical = 0
        for post in recent.reversed() {
            guard let fingerprint = post.fingerprint else { continue }
            guard newest.similarity(to: fingerprint) >= parameters.minimumSimilarity else { break }
            row += 1
            if fingerprint.hash == newest.hash { identical += 1 }
        }
        guard row >= max(2, parameters.messages) * (history.isRegular() ? 2 : 1) else { return nil }
        return Finding(rule: Self.rule) { [row, identical, parameters] in
            (
                "\(row) very similar messages in a row",
                .object([
                    .init("similar_in_a_row", .int(Int64(row))),
                    .init("identical", .int(Int64(identical))),
                    .init("window_ms", .int(parameters.window)),
                ])
            )
        }
    }
}
