import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

extension Route {
    /// Events in one request.
    static let maximumEvents = 1000

    /// `POST /v1/events`: counts, decides and logs one event or many, in one round trip to Redis.
    ///
    /// One event is answered by its verdict: 200, 429 or 403. Many are answered with 200 and their verdicts in order.
    static func events(_ context: APIContext) -> Route {
        let refused = Schema.object([("error", Schema.string())], required: ["error"])
        let one = JSONValue.object([
            .init("oneOf", .array([Schema.reference("Verdict"), refused]))
        ])
        let verdicts = Schema.array(of: one, maximum: maximumEvents)
        let events = Schema.array(of: Schema.reference("Event"), maximum: maximumEvents)
        return Route(
            "POST", "/v1/events", role: .client, "Report one event or many, and get the verdicts",
            bodies: [
                Body("application/json", .object([.init("oneOf", .array([Schema.reference("Event"), events]))])),
                Body("application/x-ndjson", Schema.string()),
            ],
            answers: [
                Answer(
                    .ok, "The verdict, or the verdicts in the order of the events", "application/json",
                    .object([.init("oneOf", .array([Schema.reference("Verdict"), verdicts]))]),
                    headers: Verdict.fieldNames),
                Answer(
                    .forbidden, "Blocked", "application/problem+json", Schema.reference("Problem"),
                    headers: Verdict.fieldNames),
                Answer(
                    .conflict, "The id was used for a report of the same subject", "application/problem+json",
                    Schema.reference("Problem")),
                Answer(
                    .tooManyRequests, "Over a limit", "application/problem+json", Schema.reference("Problem"),
                    headers: Verdict.fieldNames),
            ]
        ) { (request) throws(Problem) in
            let posted = try PostedEvents(request)
            return context.later {
                guard let event = posted.single else {
                    return HTTPResponse(json: try await context.record(posted.events))
                }
                let replies = try await context.calls.send { context.calls.append(event, to: &$0) }
                let verdict = try context.verdict(replies[0])
                context.instruments.count(verdict)
                return verdict.response(await context.policy.current())
            }
        }
    }
}

/// The events of one request.
private struct PostedEvents {
    let events: [Event]
    /// The event that came by itself, not in a list.
    let single: Event?

    init(_ request: Route.Request) throws(Problem) {
        let body = request.http.body
        let isList = request.mediaType != "application/json" || Self.first(of: body) == UInt8(ascii: "[")
        do throws(EventError) {
            events =
                request.mediaType == "application/json"
                ? try JSONEventDecoder.events(body, maximum: Route.maximumEvents) : try Self.lines(body)
        } catch {
            throw Problem(.badRequest, error.description)
        }
        single = isList ? nil : events.first
        for (place, event) in events.enumerated() {
            guard let fault = Self.fault(in: event) else { continue }
            throw Problem(.badRequest, isList ? "event \(place + 1): \(fault)" : fault)
        }
    }

    /// What Redis would not take of an event, found before any of its fellows is counted.
    private static func fault(in event: Event) -> String? {
        if event.kind == "report" { return "\"kind\" report is not an event: POST /v1/reports takes it" }
        if !RouteParameter.isWord(event.kind.utf8) {
            return "\"kind\" is a lower-case letter, then up to 63 lower-case letters, digits or underscores"
        }
        if let ip = event.ip, (try? IPAddress(parsing: ip)) == nil { return "\"ip\" is an IPv4 or IPv6 address" }
        if let tokens = event.tokens, tokens > 1_000_000_000 { return "\"tokens\" is from 0 to 1000000000" }
        if let status = event.status, !(100...599).contains(status) { return "\"status\" is from 100 to 599" }
        return nil
    }

    /// The first byte that is not white space.
    private static func first(of body: some Sequence<UInt8>) -> UInt8? {
        body.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D })
    }

    private static func lines(_ body: [UInt8]) throws(EventError) -> [Event] {
        var events: [Event] = []
        var number = 0
        for line in body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if first(of: line) == nil { continue }
            guard events.count < Route.maximumEvents else {
                throw EventError("more than \(Route.maximumEvents) events", line: number)
            }
            do throws(EventError) {
                events.append(try JSONEventDecoder.event(body, in: line.indices, requiresTime: false))
            } catch {
                throw EventError(error.message, line: number, column: error.column)
            }
        }
        return events
    }
}

extension APIContext {
    /// The verdicts as a JSON array. An event that Redis refuses stands as an error in its place, for those before and
    /// after it have been counted; what hits all of them alike is thrown.
    fileprivate func record(_ events: [Event]) async throws -> [UInt8] {
        let replies = try await calls.send { pipeline in
            for event in events { calls.append(event, to: &pipeline) }
        }
        if case .error(let error) = replies.first, error.code != .server("BADARG"),
            replies.allSatisfy({ if case .error = $0 { true } else { false } })
        {
            throw error
        }
        var json = JSONWriter(reserving: 128 * events.count)
        json.beginArray()
        for reply in replies {
            do throws(Problem) {
                let verdict = try verdict(reply)
                instruments.count(verdict)
                verdict.write(to: &json)
            } catch {
                json.beginObject()
                json.append("error", error.detail ?? "the event was not counted")
                json.endObject()
            }
        }
        json.endArray()
        return json.bytes
    }

    /// The verdict in a reply; 409 if the event's id was used for a report of the same subject, which Redis then tells of.
    fileprivate func verdict(_ reply: RedisReply) throws(Problem) -> Verdict {
        if case .array(let elements) = reply, elements.first == .bulk(Array("accepted".utf8)) {
            throw Problem(.conflict, "the subject has a report with this id; an event wants one of its own")
        }
        do throws(RedisError) {
            return try Verdict(reply)
        } catch {
            throw Problem(error, journal: journal)
        }
    }
}
