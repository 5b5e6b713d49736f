/// How long something took, counted in classes of time, as Prometheus takes it: bounded, whatever comes.
/// <https://prometheus.io/docs/concepts/metric_types/#histogram>
package struct Histogram: Sendable, Equatable {
    /// Upper bounds of the classes, in seconds: 50 µs to 10 s. What took longer counts in the last class, without bound.
    package static let bounds: [Double] = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// How many took at most the bound of their class and more than that of the one before.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// In seconds.
    package private(set) var sum = 0.0

    package init() {}

    package var count: UInt64 { counts.reduce(0, &+) }

    /// Less than no time counts as none.
    package mutating func add(_ duration: Duration) {
        let (seconds, attoseconds) = max(duration, .zero).components
        let time = Double(seconds) + Double(attoseconds) / 1e18
        counts[Self.bounds.firstIndex { time <= $0 } ?? Self.bounds.count] &+= 1
        sum += time
    }
}
