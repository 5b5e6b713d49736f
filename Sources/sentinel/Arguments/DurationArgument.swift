import SentinelCore

extension ValueType where Value == Duration {
    /// A length of time greater than zero.
    static var duration: Self {
        Self(
            name: "time",
            parse: { (text) throws(ValueProblem) in
                guard let duration = DurationText.parse(text), duration > .zero else {
                    throw ValueProblem(
                        "\(quoted(text)) is not a duration: write 90s, 10m, 4h, 7d, 2w, 1h30m or a number of seconds")
                }
                return duration
            },
            show: DurationText.show
        )
    }
}
