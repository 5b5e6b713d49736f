import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

extension Route {
    /// `GET /v1/authz`: whether a proxy should let a request pass; the sub-request of nginx' `auth_request`, Caddy's
    /// `forward_auth`, Traefik's `forwardAuth`, Envoy's `ext_authz`. From memory; Redis is asked only to count.
    static func authz(_ context: APIContext) -> Route {
        var route = Route(
            "GET", "/v1/authz", role: .client, "Whether a proxy should let a request pass",
            parameters: [
                .query("user", .bytes(1...256), "Who, where the proxy knows"),
                .query("count", .word, "Count the request as an event of this kind, and refuse it over a limit"),
                .query("throttle", .choice(["403", "429"]), "The status where somebody is too fast; 403"),
                .query("challenge", .choice(["403", "401"]), "The status where a challenge must be passed; 403"),
            ],
            answers: [
                Answer(.ok, "Let it pass", headers: Authz.fields),
                Answer(
                    .forbidden, "Refuse it", "application/problem+json", Schema.reference("Problem"),
                    headers: Authz.fields),
            ]
        ) { (request) throws(Problem) in
            guard let edge = context.edge else { throw Problem(.serviceUnavailable, "proxies are not answered here") }
            return edge.assumeIsolated { Authz(request, context, $0).reply() }
        }
        route.isSubrequest = true
        return route
    }
}

/// One question of a proxy.
private struct Authz {
    static let fields = ["X-Sentinel-Action", "X-Sentinel-Ref", "X-Sentinel-Mirror-Age", "Retry-After"]
    /// As long a count may hold up the request that it counts.
    private static let patience = Duration.milliseconds(250)

    private let context: APIContext
    private let arguments: RouteArguments
    private let wantsPage: Bool
    private let user: [UInt8]?
    private let address: IPAddress?
    private let answer: EdgeAnswer
    private let age: String
    private let canAsk: Bool

    init(_ request: Route.Request, _ context: APIContext, _ edge: isolated EdgeMirror) {
        self.context = context
        arguments = request.arguments
        user = arguments.bytes("user")
        address = ClientAddress.find(
            peer: request.http.peer, forwarded: request.http.headers.all("x-forwarded-for"),
            trusted: edge.trustedProxies)
        answer = edge.answer(user: user.flatMap { try? Subject(type: "user", id: $0) }, address: address)
        wantsPage = answer.action != .allow && request.http.headers["accept"]?.contains("text/html") == true
        age = edge.ageField()
        canAsk = edge.canAsk
    }

    func reply() -> HTTPReply {
        guard answer.action == .allow, let kind = arguments.text("count"), canAsk, address != nil || user != nil else {
            return .response(response(answer))
        }
        let event = Event(kind: kind, user: user, ip: address.map { Array($0.description.utf8) })
        return .later { .response(response(await count(event))) }
    }

    /// Lets pass what cannot be counted.
    private func count(_ event: Event) async -> EdgeAnswer {
        var pipeline = RedisPipeline()
        context.calls.append(event, to: &pipeline)
        guard let reply = try? await context.calls.client.send(pipeline, timeout: Self.patience).first,
            let verdict = try? Verdict(reply)
        else { return answer }
        var counted: EdgeAnswer
        switch verdict.decision {
        case .allow: return answer
        case .limit: counted = EdgeAnswer(verdict.ref == nil ? .limit : .throttle)
        case .block: counted = EdgeAnswer(.block)
        case .challenge: counted = EdgeAnswer(.challenge)
        }
        counted.ref = verdict.ref ?? ""
        if let wait = verdict.retryAfter, wait >= 0 { counted.retryAfter = wait / 1000 + (wait % 1000 > 0 ? 1 : 0) }
        return counted
    }

    private func response(_ answer: EdgeAnswer) -> HTTPResponse {
        var fields = [
            (name: "X-Sentinel-Action", value: answer.action.rawValue), (name: "X-Sentinel-Mirror-Age", value: age),
        ]
        guard answer.action != .allow else { return HTTPResponse(.ok, headers: fields) }
        if !answer.ref.isEmpty { fields.append(("X-Sentinel-Ref", answer.ref)) }
        if let seconds = answer.retryAfter { fields.append(("Retry-After", String(seconds))) }
        let status: HTTPStatus
        switch answer.action {
        case .throttle, .limit: status = arguments.text("throttle") == "429" ? .tooManyRequests : .forbidden
        case .challenge where arguments.text("challenge") == "401":
            status = .unauthorized
            fields.append(("WWW-Authenticate", #"Challenge realm="sentinel""#))
        default: status = .forbidden
        }
        if wantsPage {
            return HTTPResponse(
                status,
                headers: fields + [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")],
                body: page(status, answer))
        }
        var problem = Problem(status, Self.sentence(answer))
        problem.headers = fields
        if !answer.ref.isEmpty { problem.members.append(("ref", .string(answer.ref))) }
        return problem.response
    }

    private static func sentence(_ answer: EdgeAnswer) -> String {
        switch answer.action {
        case .allow: "allowed"
        case .block: "blocked"
        case .challenge: "a challenge must be passed first"
        case .throttle, .limit: "too many requests"
        case .unknown: "nobody can be let in at the moment"
        }
    }

    /// For proxies that hand the answer on to a browser. Refs are letters, digits and hyphens.
    private func page(_ status: HTTPStatus, _ answer: EdgeAnswer) -> [UInt8] {
        let ref = answer.ref.isEmpty ? "" : "<p>Reference: <code>\(answer.ref)</code></p>"
        return Array(
            """
            <!doctype html><meta charset="utf-8"><title>\(status.reason)</title>
            <h1>\(status.reason)</h1><p>This request was refused: \(Self.sentence(answer)).</p>\(ref)
            """.utf8)
    }
}
