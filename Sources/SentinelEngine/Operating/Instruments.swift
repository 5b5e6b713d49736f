package import SentinelCore
import Synchronization

/// What one process knows of its own work. Bounded: names come from the program and from policies.
package final class Instruments: Sendable {
    package struct Readings: Sendable, Equatable {
        /// From a request to Redis to its reply, by who asks: `api`, `coordinator`, `courier`.
        package var redis: [String: Histogram] = [:]
        /// To judge a batch of events, Redis left out.
        package var detection = Histogram()
        package var judgedEvents: UInt64 = 0
        /// One try to deliver an alert.
        package var deliveries = Histogram()
        /// Verdicts that went out over HTTP.
        package var verdicts: [VerdictName: UInt64] = [:]
    }

    /// What a verdict is counted under.
    package struct VerdictName: Hashable, Sendable {
        package var decision: String
        /// Empty where no rule decided.
        package var rule: String
    }

    /// Policies have at most 100 rules; a process may see several policies.
    private static let mostNames = 1000

    private let state = Mutex(Readings())

    package init() {}

    package var readings: Readings { state.withLock { $0 } }

    /// For `RedisConfiguration.onReply`.
    package func redis(_ who: String) -> @Sendable (Duration) -> Void {
        { [self] duration in state.withLock { $0.redis[who, default: Histogram()].add(duration) } }
    }

    func judged(_ events: Int, in duration: Duration) {
        state.withLock {
            $0.detection.add(duration)
            $0.judgedEvents &+= UInt64(events)
        }
    }

    func delivered(in duration: Duration) {
        state.withLock { $0.deliveries.add(duration) }
    }

    package func count(_ verdict: Verdict) {
        let rule = verdict.decision == .allow ? "" : verdict.rule ?? ""
        let name = VerdictName(decision: verdict.decision.rawValue, rule: rule)
        state.withLock { readings in
            if readings.verdicts.count >= Self.mostNames, readings.verdicts[name] == nil { return }
            readings.verdicts[name, default: 0] &+= 1
        }
    }
}
