/// A user whose recent posts are mostly one and the same text (one `Fingerprint.hash`).
package struct IdenticalPosts: Sendable {
    package struct Parameters: Sendable, Equatable {
        /// Suspicious above this share of the recent posts, 0…1.
        package var maximumShare = 0.5
        /// How many recent posts are needed.
        package var minimumPosts = 6
        /// How old a recent post may be, in ms.
        package var window: Int64 = 7 * 86_400_000

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the recent posts up to `time`, the present one among them. Posts without a fingerprint count as different.
    package func finding(at time: Int64, in history: PostHistory) -> Finding? {
        let recent = history.recentPosts(at: time, window: parameters.window)
        guard recent.count >= max(1, parameters.minimumPosts) else { return nil }
        let same = Self.mostOfOneText(recent)
        guard Double(same) > parameters.maximumShare * Double(recent.count) else { return nil }
        let count = recent.count
        return Finding(rule: "bot_behavior") { [parameters] in
            (
                "\(same) of the last \(count) posts are the same text",
                .object([
                    .init("identical_posts", .int(Int64(same))),
                    .init("recent_posts", .int(Int64(count))),
                    .init("maximum_share", .double(parameters.maximumShare)),
                ])
            )
        }
    }

    /// At most twenty posts: comparing each with those behind it is cheaper than a dictionary.
    private static func mostOfOneText(_ posts: ArraySlice<PostHistory.Post>) -> Int {
        var most = 0
        for place in posts.indices {
            guard most < posts.endIndex - place, let hash = posts[place].fingerprint?.hash else { continue }
            var same = 0
            for other in posts[place...] where other.fingerprint?.hash == hash { same += 1 }
            most = max(most, same)
        }
        return most
    }
}
