/// Where `watch` begins.
enum AlertStart: Sendable, Equatable {
    case time(TimePoint)
    /// With the alert of that number.
    case number(Int64)
}

extension ValueType where Value == AlertStart {
    /// A time as everywhere, or a number too small to be ms since 1970.
    static var alertStart: Self {
        let time = ValueType<TimePoint>.time
        return Self(
            name: "when",
            parse: { (text) throws(ValueProblem) in
                if let number = Int64(text), (1..<100_000_000_000).contains(number) { return .number(number) }
                return .time(try time.parse(text))
            },
            show: { start in
                switch start {
                case .time(let point): time.show(point)
                case .number(let number): String(number)
                }
            }
        )
    }
}
