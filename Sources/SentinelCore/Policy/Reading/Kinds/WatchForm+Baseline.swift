extension WatchForm {
    static let baseline = WatchForm(
        "baseline",
        Form(
            "A user who is not as usual: at an hour of the day, with a number of posts, or from a network that their own "
                + "history does not know.",
            blank: BaselineDeviation.Parameters(),
            [
                .key("min_hours", \.minimumHours, .decimal(1...10_000), "How many active hours of history it takes."),
                .key("min_days", \.minimumDays, .number(1...366), "How many days since the first."),
                .key(
                    "max_hour_share", \.maximumHourShare, .share,
                    "An hour of the day is unusual below this share of the active hours."),
                .key(
                    "min_excess", \.minimumExcess, .decimal(0...100),
                    "Posts of an hour are unusual from so many standard deviations on (of their logarithm)."),
                .key(
                    "min_posts", \.minimumPosts,
                    ValueForm<Int64>.number(1...1_000_000).mapped(from: { Int64(clamping: $0) }, to: { UInt64($0) }),
                    "And from so many posts on."),
                .key(
                    "max_novelty", \.maximumNovelty, .share,
                    "A new network is unusual if less than this share of the active hours brings one."),
                .key("deviations", \.deviations, .number(1...3), "How many of the three must be unusual."),
            ]), wrap: { .baseline($0) }, unwrap: { if case .baseline(let own) = $0 { own } else { nil } })
}
