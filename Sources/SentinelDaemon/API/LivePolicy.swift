import SentinelCore
import SentinelEngine
import SentinelRedis
import Synchronization

/// The policy that Redis runs, as it was a moment ago. A policy that is put in force through this API counts here at once,
/// one that came another way within ``freshness``.
final class LivePolicy: Sendable {
    static let freshness = Duration.seconds(1)

    private struct State {
        var policy: Policy
        var hash: String?
        var askedAt: ContinuousClock.Instant?
    }

    private let loader: LibraryLoader
    private let journal: Journal
    private let state: Mutex<State>

    /// - Parameter policy: to go by until Redis tells another.
    init(_ policy: Policy, calls: Calls, journal: Journal) {
        loader = LibraryLoader(client: calls.client, keys: calls.keys)
        self.journal = journal
        state = Mutex(State(policy: policy))
    }

    /// What is known, however old.
    var known: Policy { state.withLock { $0.policy } }

    /// The policy to go by. Of many callers who find it old one asks Redis; the others go by what there is. When Redis
    /// cannot be asked, or runs a policy that this build cannot read, what was known holds.
    func current(_ now: ContinuousClock.Instant = .now) async -> Policy {
        let hash: String?? = state.withLock { state in
            if let askedAt = state.askedAt, askedAt.duration(to: now) < Self.freshness { return nil }
            state.askedAt = now
            return .some(state.hash)
        }
        guard let hash else { return known }
        await refresh(known: hash)
        return known
    }

    /// Somebody has put another policy in force.
    func adopt(_ document: PolicyDocument) {
        state.withLock { state in
            state.policy = document.policy
            state.hash = LibrarySource.hash(of: document)
        }
    }

    private func refresh(known hash: String?) async {
        guard let info = try? await loader.info(), info.policyHash != hash, let inForce = try? await loader.inForce()
        else { return }
        do throws(PolicyProblems) {
            guard let document = try inForce.document() else { return }
            state.withLock { state in
                state.policy = document.policy
                state.hash = inForce.hash
            }
        } catch {
            journal.warning("the API goes on with the policy before \(inForce.hash), which it cannot read: \(error)")
            state.withLock { $0.hash = inForce.hash }
        }
    }
}
