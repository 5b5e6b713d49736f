import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/audit/verify`: whether the audit log's chain of hashes is sound. Reads all of it.
    static func auditVerify(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/audit/verify", role: .admin, "Check the audit log's chain of hashes",
            parameters: [
                .query("head", .auditHead, "An entry as an earlier check told it, which must still be there")
            ],
            answers: [
                Answer(.ok, "What was found, sound or not", "application/json", Schema.auditChain)
            ]
        ) { request in
            let head = request.arguments.text("head").flatMap(AuditChain.Head.init(parsing:))
            return context.later {
                let chain = try await context.calls.verifyAudit(known: head)
                return HTTPResponse(json: JSONWriter.bytes(Objects.auditChain(chain)))
            }
        }
    }
}
