package import SentinelCore
import SentinelRedis

/// What an operator may ask and do, wherever Sentinel is: over Redis (``RedisOperations``), or over the HTTP API of a
/// daemon. Who asks need not know which.
///
/// `by` is who does it, as blocks and the audit log name people; over HTTP the token says that.
package protocol Operations: Sendable {
    // Events.
    func check(_ event: Event) async throws -> Verdict
    func record(_ event: Event) async throws -> Verdict

    // Incidents.
    func incidents(_ filter: IncidentFilter, limit: Int, after cursor: String?) async throws -> IncidentPage
    func incident(_ id: String) async throws -> Incident?
    func review(
        _ ids: [String], as disposition: Review.Disposition?, by: String, note: String?
    ) async throws -> ReviewChange

    // Alerts.
    /// Hands out alerts that the filter takes, and what befalls the feed, until `take` answers false or the task is
    /// cancelled. Waits through everything that may pass, once it has begun.
    func followAlerts(
        from start: AlertFeed.Start, _ filter: AlertFilter, _ take: (AlertFeed.Item) throws -> Bool
    ) async throws

    // Subjects.
    func summary(of subject: Subject, at time: Int64?) async throws -> SubjectSummary?
    func timeline(of subject: Subject, days: Int64, limit: Int, after cursor: String?) async throws -> Timeline
    /// Erases what is known of a subject; how many keys and entries that were.
    func forget(_ subject: Subject, by: String, note: String?) async throws -> Int
    func suspects(days: Int64, severity: Rule.Severity, limit: Int) async throws -> Suspects

    // Blocks and allows.
    func blocks(_ filter: BlockFilter, limit: Int) async throws -> Listing<Block>
    func exemptions(ofType type: String?, limit: Int) async throws -> Listing<Exemption>
    func block(
        _ subject: Subject, for duration: Duration?, action: Block.Action, reason: Block.Reason, by: String,
        note: String?
    ) async throws -> BlockChange
    /// Nil if there is no block.
    func changeBlock(_ subject: Subject, _ change: BlockEdit, by: String) async throws -> BlockChange?
    func blockHistory(
        of subject: Subject?, by: String?, written: Range<Int64>, limit: Int, after cursor: String?
    ) async throws -> BlockHistory
    /// Any number of blocks; hand over a thousand or so at a time to tell of progress.
    func importBlocks(_ wishes: [BlockWish], _ defaults: BlockDefaults, by: String) async throws -> BlockImport
    func unblock(_ subject: Subject, by: String, note: String?) async throws -> Bool
    func allow(
        _ subject: Subject, for duration: Duration?, by: String, note: String?
    ) async throws -> ExemptionChange
    func disallow(_ subject: Subject, by: String, note: String?) async throws -> Bool

    // The whole.
    func statistics(since: Int64, busiest: Int) async throws -> Statistics
    /// Whether everything is as it should be.
    /// - Parameter clock: ms since 1970, of the machine that asks Redis: over HTTP the daemon has its own.
    func diagnoses(clock: @escaping @Sendable () -> Int64) async throws -> [Diagnosis]
    /// How things stand, with at most so many of the newest incidents.
    func glance(incidents: Int) async throws -> Glance
    func auditEntries(_ filter: AuditFilter, limit: Int, after cursor: String?) async throws -> AuditPage
    func verifyAudit(known: AuditChain.Head?) async throws -> AuditChain

    // Who may use the API.
    func tokens() async throws -> [Token]
    func addToken(
        _ role: Role, name: String, for duration: Duration?, by: String, note: String?
    ) async throws -> NewToken
    func removeToken(_ id: String, by: String, note: String?) async throws -> Bool

    // Where alerts go.
    func webhookOverview() async throws -> [WebhookOverview]
    func addWebhook(
        _ address: WebhookAddress, form: Webhook.Form, name: String, severity: Rule.Severity, modules: [String],
        by: String, note: String?
    ) async throws -> NewWebhook
    func removeWebhook(_ id: String, by: String, note: String?) async throws -> Bool
    func deadLetters(limit: Int) async throws -> [DeadLetter]
    func resend(_ letters: [String], by: String, note: String?) async throws -> (resent: Int64, gone: Int64)
    /// The number of the alert about nothing.
    func testAlert(_ severity: Rule.Severity, by: String) async throws -> Int64

    // Who keeps copies of the block list.
    func edgeLags() async throws -> [EdgeLag]
    func forgetEdge(_ name: String) async throws -> Bool

    // The policy.
    /// Nil if the function library is not loaded.
    func policyInForce() async throws -> PolicyInForce?
    func applyPolicy(_ document: PolicyDocument, by: String) async throws -> PolicyApplication
}

/// What became of a policy that was to be put in force.
package struct PolicyApplication: Sendable {
    package var outcome: LibraryLoader.Outcome
    /// What it changes; of `loaded`, what it has changed.
    package var changes: [PolicyChange]
    /// The name of the policy.
    package var hash: String

    package init(outcome: LibraryLoader.Outcome, changes: [PolicyChange], hash: String) {
        self.outcome = outcome
        self.changes = changes
        self.hash = hash
    }
}

/// The same over Redis. Figures go by the policy that it runs.
package struct RedisOperations: Operations {
    private let calls: Calls

    package init(_ calls: Calls) {
        self.calls = calls
    }

    /// The policy in force, as far as this build can read it.
    private func policy() async throws -> Policy {
        let inForce = try await LibraryLoader(client: calls.client, keys: calls.keys).inForce()
        return (try? inForce?.document())?.policy ?? .standard
    }

    package func followAlerts(
        from start: AlertFeed.Start, _ filter: AlertFilter, _ take: (AlertFeed.Item) throws -> Bool
    ) async throws {
        let subscriber = RedisSubscriber(calls.client.configuration, on: calls.client.loop)
        var feed = AlertFeed(calls: calls, subscriber: subscriber)
        do {
            try await feed.run(from: start) { item in
                if case .alert(let alert) = item, !filter.accepts(alert) { return true }
                return try take(item)
            }
            await subscriber.close()
        } catch {
            await subscriber.close()
            throw error
        }
    }

    package func check(_ event: Event) async throws -> Verdict { try await calls.check(event) }

    package func record(_ event: Event) async throws -> Verdict { try await calls.record(event) }

    package func glance(incidents: Int) async throws -> Glance { try await calls.glance(incidents: incidents) }

    package func diagnoses(clock: @escaping @Sendable () -> Int64) async throws -> [Diagnosis] {
        try await Examination(calls: calls, clock: clock).diagnoses()
    }

    package func verifyAudit(known: AuditChain.Head?) async throws -> AuditChain {
        try await calls.verifyAudit(known: known)
    }

    package func tokens() async throws -> [Token] { try await calls.tokens().tokens }

    package func addToken(
        _ role: Role, name: String, for duration: Duration?, by: String, note: String?
    ) async throws -> NewToken {
        try await calls.addToken(role, name: name, for: duration, by: by, note: note)
    }

    package func removeToken(_ id: String, by: String, note: String?) async throws -> Bool {
        try await calls.removeToken(id, by: by, note: note)
    }

    package func webhookOverview() async throws -> [WebhookOverview] { try await calls.webhookOverview() }

    package func addWebhook(
        _ address: WebhookAddress, form: Webhook.Form, name: String, severity: Rule.Severity, modules: [String],
        by: String, note: String?
    ) async throws -> NewWebhook {
        try await calls.addWebhook(
            address, form: form, name: name, severity: severity, modules: modules, by: by, note: note)
    }

    package func removeWebhook(_ id: String, by: String, note: String?) async throws -> Bool {
        try await calls.removeWebhook(id, by: by, note: note)
    }

    package func deadLetters(limit: Int) async throws -> [DeadLetter] { try await calls.deadLetters(limit: limit) }

    package func resend(_ letters: [String], by: String, note: String?) async throws -> (resent: Int64, gone: Int64) {
        try await calls.resend(letters, by: by, note: note)
    }

    package func testAlert(_ severity: Rule.Severity, by: String) async throws -> Int64 {
        try await calls.testAlert(severity, by: by)
    }

    package func edgeLags() async throws -> [EdgeLag] { try await calls.edgeLags() }

    package func forgetEdge(_ name: String) async throws -> Bool { try await calls.forgetEdge(name) }

    package func policyInForce() async throws -> PolicyInForce? {
        try await LibraryLoader(client: calls.client, keys: calls.keys).inForce()
    }

    package func applyPolicy(_ document: PolicyDocument, by: String) async throws -> PolicyApplication {
        let loader = LibraryLoader(client: calls.client, keys: calls.keys)
        let changes = try await loader.changes(to: document)
        let note = changes.map(\.description).joined(separator: "; ")
        let outcome = try await loader.apply(document, by: by, note: note)
        return PolicyApplication(outcome: outcome, changes: changes, hash: LibrarySource.hash(of: document))
    }

    package func incidents(
        _ filter: IncidentFilter, limit: Int, after cursor: String?
    ) async throws -> IncidentPage {
        try await calls.incidents(filter, limit: limit, after: cursor)
    }

    package func incident(_ id: String) async throws -> Incident? { try await calls.incident(id) }

    package func review(
        _ ids: [String], as disposition: Review.Disposition?, by: String, note: String?
    ) async throws -> ReviewChange {
        try await calls.review(ids, as: disposition, by: by, note: note)
    }

    package func summary(of subject: Subject, at time: Int64?) async throws -> SubjectSummary? {
        let summary = try await calls.summary(of: subject, at: time, policy: try await policy())
        return summary.isKnown ? summary : nil
    }

    package func timeline(
        of subject: Subject, days: Int64, limit: Int, after cursor: String?
    ) async throws -> Timeline {
        try await calls.timeline(of: subject, days: days, limit: limit, after: cursor, policy: try await policy())
    }

    package func suspects(days: Int64, severity: Rule.Severity, limit: Int) async throws -> Suspects {
        try await calls.suspects(.subject, days: days, severity: severity, limit: limit, policy: try await policy())
    }

    package func blocks(_ filter: BlockFilter, limit: Int) async throws -> Listing<Block> {
        try await calls.blocks(filter, limit: limit)
    }

    package func exemptions(ofType type: String?, limit: Int) async throws -> Listing<Exemption> {
        try await calls.exemptions(ofType: type, limit: limit)
    }

    package func block(
        _ subject: Subject, for duration: Duration?, action: Block.Action, reason: Block.Reason, by: String,
        note: String?
    ) async throws -> BlockChange {
        try await calls.block(subject, for: duration, action: action, reason: reason, by: by, note: note)
    }

    package func changeBlock(_ subject: Subject, _ change: BlockEdit, by: String) async throws -> BlockChange? {
        try await calls.changeBlock(subject, change, by: by)
    }

    package func blockHistory(
        of subject: Subject?, by: String?, written: Range<Int64>, limit: Int, after cursor: String?
    ) async throws -> BlockHistory {
        try await calls.blockHistory(of: subject, by: by, written: written, limit: limit, after: cursor)
    }

    package func importBlocks(
        _ wishes: [BlockWish], _ defaults: BlockDefaults, by: String
    ) async throws -> BlockImport {
        try await calls.importBlocks(wishes, defaults, by: by)
    }

    package func forget(_ subject: Subject, by: String, note: String?) async throws -> Int {
        try await calls.forget(subject, by: by, note: note, policy: try await policy())
    }

    package func unblock(_ subject: Subject, by: String, note: String?) async throws -> Bool {
        try await calls.unblock(subject, by: by, note: note)
    }

    package func allow(
        _ subject: Subject, for duration: Duration?, by: String, note: String?
    ) async throws -> ExemptionChange {
        try await calls.allow(subject, for: duration, by: by, note: note)
    }

    package func disallow(_ subject: Subject, by: String, note: String?) async throws -> Bool {
        try await calls.disallow(subject, by: by, note: note)
    }

    package func statistics(since: Int64, busiest: Int) async throws -> Statistics {
        try await calls.statistics(since: since, busiest: busiest, policy: try await policy())
    }

    package func auditEntries(
        _ filter: AuditFilter, limit: Int, after cursor: String?
    ) async throws -> AuditPage {
        try await calls.auditEntries(filter, limit: limit, after: cursor)
    }
}
