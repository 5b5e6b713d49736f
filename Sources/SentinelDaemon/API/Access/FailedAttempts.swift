import SentinelCore
import Synchronization

/// Counts who comes with a wrong token, or none, by address (IPv6 by its /64). Bounded: of too many addresses the ones
/// that failed first are forgotten.
///
/// Tokens cannot be guessed (256 random bits); this keeps a caller who tries from taking more than a look-up, and tells
/// one with a wrong configuration to come less often. Who has a right token is never held up by others at his address.
final class FailedAttempts: Sendable {
    /// So many are answered in each period.
    static let allowed = 10
    static let period = Duration.seconds(60)
    private static let mostAddresses = 4096

    private struct Count {
        var failures: Int
        var since: ContinuousClock.Instant
    }

    private let counts = Mutex<[Network: Count]>([:])

    /// Counts a failure. Returns how long the address is to stay away; nil: it may try again.
    func note(_ peer: String?, _ now: ContinuousClock.Instant = .now) -> Duration? {
        guard let peer, let address = try? IPAddress(peer) else { return nil }
        let key = address.prefix(address.family == .v4 ? 32 : 64)
        return counts.withLock { counts in
            if let count = counts[key], count.since.duration(to: now) < Self.period {
                counts[key]?.failures += 1
                return count.failures < Self.allowed ? nil : Self.period - count.since.duration(to: now)
            }
            if counts.count >= Self.mostAddresses, counts[key] == nil { Self.makeRoom(&counts, now) }
            counts[key] = Count(failures: 1, since: now)
            return nil
        }
    }

    var count: Int { counts.withLock { $0.count } }

    /// Forgets those whose period is over, or, if there are none, the older half.
    private static func makeRoom(_ counts: inout [Network: Count], _ now: ContinuousClock.Instant) {
        counts = counts.filter { $0.value.since.duration(to: now) < period }
        guard counts.count >= mostAddresses else { return }
        let middle = counts.values.map(\.since).sorted()[counts.count / 2]
        counts = counts.filter { $0.value.since > middle }
    }
}
