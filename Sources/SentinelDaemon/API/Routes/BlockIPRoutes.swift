import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `POST /v1/block-ip`: blocks an address, in the words of moderation front ends.
    static func blockIP(_ context: APIContext) -> Route {
        Route(
            "POST", "/v1/block-ip", role: .admin, "Block an address",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            ("ip_address", Schema.address),
                            ("reason", Schema.choice(Block.Reason.allCases.map(\.rawValue), orNull: true)),
                            ("notes", Schema.note),
                            ("expires_at", Schema.any([Schema.time, Schema.null])),
                        ], required: ["ip_address"]))
            ],
            answers: [
                Answer(.ok, "The address is blocked", "application/json", Schema.blockedIP),
                Answer(
                    .conflict, "The address is on the allow list, or expires_at is over already",
                    "application/problem+json",
                    Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["ip_address", "reason", "notes", "expires_at"])
            let address = try body.address("ip_address")
            let reason = try body.choice("reason", Block.Reason.self) ?? .manual
            let notes = try body.note("notes")
            let end = try body.time("expires_at")
            return context.later {
                let calls = context.calls
                let now = try await calls.now()
                var duration: Duration?
                if let end {
                    guard end > now, end - now <= Route.longest else {
                        throw Problem(.conflict, "\"expires_at\" is over already, or more than ten years away")
                    }
                    duration = .milliseconds(end - now)
                }
                let change = try await calls.block(
                    Subject(of: address), for: duration, action: .block, reason: reason, by: request.caller,
                    note: notes)
                let block = Block(
                    change.subject, action: .block, reason: reason, ref: change.ref, by: request.caller, note: notes,
                    since: now, until: change.until)
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("success", .bool(true)), .init("message", .string("\(address) is blocked")),
                            .init("block", Objects.moderationBlock(block)),
                        ])))
            }
        }
    }

    /// `POST /v1/unblock-ip`: lifts the block of an address.
    static func unblockIP(_ context: APIContext) -> Route {
        Route(
            "POST", "/v1/unblock-ip", role: .admin, "Lift the block of an address",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [("ip_address", Schema.address), ("notes", Schema.note)],
                        required: ["ip_address"]))
            ],
            answers: [
                Answer(
                    .ok, "It is lifted", "application/json",
                    Schema.object(
                        [("success", Schema.boolean), ("message", Schema.string())], required: ["success", "message"])),
                Answer(.notFound, "There is no such block", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["ip_address", "notes"])
            let address = try body.address("ip_address")
            let notes = try body.note("notes")
            return context.later {
                guard try await context.calls.unblock(Subject(of: address), by: request.caller, note: notes) else {
                    throw Problem(.notFound, "\(address) is not blocked")
                }
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("success", .bool(true)), .init("message", .string("\(address) is blocked no longer")),
                        ])))
            }
        }
    }
}

extension JSONBody {
    fileprivate func address(_ name: String) throws(Problem) -> IPAddress {
        guard let address = self[name]?.text.flatMap({ try? IPAddress($0) }) else {
            throw Problem(.badRequest, "\"\(name)\" is an IPv4 or IPv6 address")
        }
        return address
    }
}
