package import SentinelCore
package import SentinelEngine
import SentinelIO
import SentinelRedis

/// What the routes work with.
package struct APIContext: Sendable {
    /// Over a client on the API's own loop, so that awaiting it changes no thread.
    package var calls: Calls
    let policy: LivePolicy
    package var journal: Journal
    package var instruments = Instruments()
    /// Who follows alerts for those who follow them here; nil where nobody does.
    var alerts: AlertHub?
    /// Where requests of proxies are answered from; nil where they are not.
    package var edge: EdgeMirror?
    var blockStream: BlockStream?

    package init(calls: Calls, policy: Policy, journal: Journal) {
        self.calls = calls
        self.policy = LivePolicy(policy, calls: calls, journal: journal)
        self.journal = journal
    }

    /// Everything the API can do.
    package var routes: [Route] {
        let routes: [Route] = [
            .health, .ready(self), .metrics(self), .check(self), .events(self), .reports(self), .incidents(self),
            .incident(self), .incidentReview(self), .incidentsBulk(self), .blocks(self), .blockAdd(self),
            .blockRemove(self), .blockIP(self), .unblockIP(self), .summary(self), .stats(self), .alerts(self),
            .audit(self), .policy(self), .policyApply(self), .activityTimeline(self), .suspiciousUsers(self),
            .suspects(self), .blockChange(self), .blockHistory(self), .blockImport(self), .blockExport(self),
            .allows(self), .allowAdd(self), .allowRemove(self), .forget(self), .webhooks(self), .webhookAdd(self),
            .webhookRemove(self), .deadLetters(self), .deadLettersResend(self), .alertTest(self),
            .tokens(self), .tokenAdd(self), .tokenRemove(self), .auditVerify(self), .doctor(self),
            .authz(self), .blockStream(self), .blocksApplied(self), .edges(self), .edgeRemove(self),
        ]
        return routes + [.description(of: routes)]
    }

    /// An answer that waits for Redis; its errors become problems.
    func later(_ work: @escaping @Sendable () async throws -> HTTPResponse) -> HTTPReply {
        .later { [journal] in
            do {
                return .response(try await work())
            } catch let problem as Problem {
                return .problem(problem)
            } catch let error as RedisError {
                return .problem(Problem(error, journal: journal))
            } catch {
                journal.error("the API failed: \(error)")
                return .problem(Problem(.internalError))
            }
        }
    }
}

extension HTTPResponse {
    /// JSON that nobody should keep.
    init(_ status: HTTPStatus = .ok, json: [UInt8], headers: [(name: String, value: String)] = []) {
        self.init(
            status,
            headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")] + headers, body: json)
    }
}
