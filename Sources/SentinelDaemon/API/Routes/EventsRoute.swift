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
                    .tooManyRequests, "Over a limit", "application/problem+json", Schema.reference("Problem"),
                    headers: Verdict.fieldNames),
            ]
        ) { (request) throws(Problem) in
            let posted = try PostedEvents(request)
            return context.later {
                guard let event = posted.single else {
                    return HTTPResponse(json: try await context.record(posted.events))
                }
                return try await context.calls.record(event).response(context.policy)
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
        if events.contains(where: { $0.kind == "report" }) {
            throw Problem(.badRequest, "\"kind\" report is not an event: POST /v1/reports takes it")
        }
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
            do throws(RedisError) {
                try Verdict(reply).write(to: &json)
            } catch {
                json.beginObject()
                json.append("error", Problem(error, journal: journal).detail ?? "the event was not counted")
                json.endObject()
            }
        }
        json.endArray()
        return json.bytes
    }
}
