/// The names of Sentinel's keys and channels in Redis, for one namespace and partition.
///
/// Public names are stable; the state keys behind `prefix` are private to the library and the coordinator.
package struct Keys: Sendable, Hashable {
    package let namespace: String
    package let partition: Int

    package init(namespace: String = "sentinel", partition: Int = 0) {
        self.namespace = namespace
        self.partition = partition
    }

    /// `<namespace>:{<partition>}`: the key that every function is called with, and the head of all private keys.
    package var prefix: String { "\(namespace):{\(partition)}" }

    /// The channel of alerts, one JSON object each.
    package var alerts: String { "\(namespace):alerts" }
    /// The stream of the same alerts.
    package var alertsLog: String { "\(namespace):alerts:log" }
    /// The channel of changes of the block list and the allow list.
    package var blocks: String { "\(namespace):blocks" }
    /// The stream of the same changes; the id of an entry is `<number>-0`.
    package var blocksLog: String { "\(namespace):blocks:log" }
    /// The edges that follow the list: name → what they applied last.
    package var edges: String { "\(prefix):edges" }
    /// The public key of a block: exists while the subject is blocked.
    package func block(_ subject: Subject) -> [UInt8] { Array("\(namespace):block:".utf8) + subject.bytes }

    /// The event log, a stream.
    package var events: String { "\(prefix):events" }
    /// The consumer group whose position is the coordinator's cursor.
    package static let group = "coordinator"
    /// Active blocks: subject → until (ms), and their JSON.
    package var blockIndex: String { "\(prefix):blocks" }
    package var blockDetails: String { "\(prefix):block" }
    /// The allow list: subject → until (ms), and their JSON.
    package var allowIndex: String { "\(prefix):allow" }
    package var allowDetails: String { "\(prefix):allowed" }
    /// Incidents by last change (ms), and each one.
    package var incidents: String { "\(prefix):incidents" }
    package func incident(_ id: String) -> String { "\(prefix):incident:\(id)" }
    /// Of the incidents, those that nobody has reviewed; and what reviews found: `<rule> <disposition>` → how often.
    package var pendingIncidents: String { "\(prefix):pending" }
    package var reviews: String { "\(prefix):reviews" }
    /// The audit log, a stream, and `<n> <hash>` of its newest entry.
    package var audit: String { "\(prefix):audit" }
    package var auditHead: String { "\(prefix):audit:head" }
    /// Tokens of the HTTP API, by their id.
    package var tokens: String { "\(prefix):tokens" }
    /// Webhooks by their id; how far each has got; dead letters to be sent to it once more; all dead letters; and who
    /// holds the lease of sending.
    package var webhooks: String { "\(prefix):webhooks" }
    package func webhook(_ id: String) -> String { "\(prefix):webhook:\(id)" }
    package func webhookAgain(_ id: String) -> String { "\(prefix):again:\(id)" }
    package var deadLetters: String { "\(prefix):deadletters" }
    /// Incidents on a subject that are not reviewed or spent: rule → incident, last position, last time.
    package func openIncidents(_ subject: Subject) -> [UInt8] { Array("\(prefix):open:".utf8) + subject.bytes }
    /// What the coordinator knows of an actor's posts (``ActorHistory``), and of the flags on a subject (``Suspicion``).
    package func history(_ subject: Subject) -> [UInt8] { Array("\(prefix):u:".utf8) + subject.bytes }
    package func suspicion(_ subject: Subject) -> [UInt8] { Array("\(prefix):x:".utf8) + subject.bytes }
    /// What subjects did in a span of time (``ActivityShelf``), and the addresses that did most in it.
    package func activities(_ shelf: ActivityShelf) -> String { "\(prefix):\(shelf.name)" }
    package func busy(span: Int64) -> String { "\(prefix):busy:\(span)" }
    /// What was done about a subject: blocks, reviews.
    package func acts(_ subject: Subject) -> [UInt8] { Array("\(prefix):acts:".utf8) + subject.bytes }
    /// Counters of one UTC day, counted in days since 1970.
    package func statistics(day: Int64) -> String { "\(prefix):stats:\(day)" }
    /// Holds `replay` while the namespace runs on the clock of recorded events.
    package var clock: String { "\(prefix):clock" }
    package var lease: String { "\(prefix):lease" }
}
