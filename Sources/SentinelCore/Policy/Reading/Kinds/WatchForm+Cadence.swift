extension WatchForm {
    static let cadence = WatchForm(
        "cadence",
        Form(
            "Posts like clockwork.", blank: Cadence.Parameters(),
            [
                .key(
                    "max_cv", \.maximumVariation, .decimal(0...10),
                    "Below this coefficient of variation of the intervals."),
                .key("intervals", \.minimumIntervals, .number(3...19), "How many intervals it takes."),
                .key(
                    "batch_gap", \.batchGap, .milliseconds(.zero...Duration.days(1)),
                    "Posts that follow the one before within this time belong to its occasion."),
            ]), wrap: { .cadence($0) }, unwrap: { if case .cadence(let own) = $0 { own } else { nil } })
}
