import SentinelCore

/// How long something holds that may also hold for ever: a block, an exemption.
enum Term: Sendable, Equatable {
    case limited(Duration)
    case permanent
}

extension ValueType where Value == Term {
    /// A duration, or `permanent` (also `0`).
    static var term: Self {
        Self(
            name: "time",
            parse: { (text) throws(ValueProblem) in
                if text.lowercased() == "permanent" { return .permanent }
                guard let duration = DurationText.parse(text) else {
                    throw ValueProblem("\(quoted(text)) is not a duration: write 90s, 10m, 4h, 7d, 2w or permanent")
                }
                return duration == .zero ? .permanent : .limited(duration)
            },
            show: { term in
                switch term {
                case .limited(let duration): DurationText.show(duration)
                case .permanent: "permanent"
                }
            }
        )
    }
}
