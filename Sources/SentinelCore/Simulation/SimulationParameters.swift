/// How large a made-up community is, and when it lives.
package struct SimulationParameters: Sendable, Equatable {
    /// Honest people with an account.
    package let people: Int
    /// Abusers of each kind.
    package let abusersPerKind: Int
    package let start: Timestamp
    package let period: Duration
    /// The same seed gives the same events.
    package let seed: UInt64

    package static let peopleRange = 0...1_000_000
    package static let abusersRange = 0...1000
    package static let periodRange = Duration.seconds(3600)...Duration.seconds(366 * 86_400)

    /// - Throws: If a size is out of its range, or the period ends after the year 9999.
    package init(
        start: Timestamp, people: Int = 200, period: Duration = .seconds(86_400), abusersPerKind: Int = 2,
        seed: UInt64 = 1
    ) throws(SimulationError) {
        guard Self.peopleRange ~= people else { throw SimulationError("people must be 0 to 1000000") }
        guard Self.abusersRange ~= abusersPerKind else { throw SimulationError("abusers must be 0 to 1000 per kind") }
        guard Self.periodRange ~= period else { throw SimulationError("the period must be 1 hour to 366 days") }
        let last = Timestamp.latest.milliseconds - period.milliseconds
        guard Self.earliestStart...last ~= start.milliseconds else {
            throw SimulationError("the period must lie between the years 1980 and 9999")
        }
        self.people = people
        self.abusersPerKind = abusersPerKind
        self.start = start
        self.period = period
        self.seed = seed
    }

    /// Accounts may be some years old when the period begins, and no event is older than 1970.
    private static let earliestStart: Int64 = 315_532_800_000

    /// In ms since 1970.
    var range: Range<Int64> { start.milliseconds..<start.milliseconds + period.milliseconds }
}

/// Why a simulation cannot be.
package struct SimulationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
