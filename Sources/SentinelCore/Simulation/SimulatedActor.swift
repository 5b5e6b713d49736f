/// Somebody in a made-up community, honest or not, or a group that acts together.
protocol SimulatedActor: Sendable {
    /// What happens next, some minutes to a day of it: in order of time, and not before anything of the bursts before.
    /// Nil when nothing more will happen; an empty burst says nothing about the next.
    mutating func nextBurst() -> [Event]?
}

/// Lengths of time in ms.
enum Milliseconds {
    static let second: Int64 = 1000
    static let minute: Int64 = 60 * second
    static let hour: Int64 = 60 * minute
    static let day: Int64 = 24 * hour
}
