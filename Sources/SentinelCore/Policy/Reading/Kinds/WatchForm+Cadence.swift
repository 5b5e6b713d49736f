extension WatchForm {
    static let cadence = WatchForm(
        "cadence",
        Form(
            "Posts like a machine: one of the signs below, or several together, on the user's last occasions.",
            blank: Cadence.Parameters(),
            [
                .key(
                    "max_cv", \.maximumVariation, .decimal(0...10),
                    "`clock`: the coefficient of variation of the intervals is below this."),
                .key(
                    "intervals", \.minimumIntervals, .number(3...100),
                    "How many intervals, or sessions, it takes for any sign but `spread`."),
                .key(
                    "max_interval_agreement", \.maximumIntervalAgreement, .share,
                    "`intervals`: more than this share of the pairs of intervals are alike, and the margin."),
                .key(
                    "max_minute_agreement", \.maximumMinuteAgreement, .share,
                    "`minutes`: more than this share of the pairs of sessions begin in the same minutes, and the margin."
                ),
                .key(
                    "margin", \.margin, .decimal(0...100),
                    "Divided by the number of intervals or sessions, and added to both shares."),
                .key(
                    "max_day_excess", \.maximumDayExcess, .decimal(0...1000),
                    "`day`: more pairs of sessions than by chance begin at the same time of day, by standard deviations."
                ),
                .key(
                    "max_spread", \.maximumSpread, .decimal(1...1000),
                    "`spread`: at most this factor between the tenth and the ninetieth percentile of the intervals."),
                .key(
                    "min_batch_share", \.minimumBatchShare, .share,
                    "`batches`: from this share of batches among the occasions on they are compared."),
                .key(
                    "min_batched_posts", \.minimumBatchedPosts, .number(6...1000),
                    "`batches`: and from so many posts on."),
                .key(
                    "max_size_agreement", \.maximumSizeAgreement, .share,
                    "`batches`: more than this share of the pairs have as many posts, and a margin."),
                .key(
                    "max_day_agreement", \.maximumDayAgreement, .share,
                    "`batches`: more than this share of the pairs come at the same time of day, and a margin."),
                .key(
                    "max_pause_cv", \.maximumPauseVariation, .decimal(0...10),
                    "`batches`: the coefficient of variation of the pauses between them is below this."),
            ]), wrap: { .cadence($0) }, unwrap: { if case .cadence(let own) = $0 { own } else { nil } })
}
