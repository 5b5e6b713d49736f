import SentinelCore
package import SentinelEngine
import SentinelIO

extension APIOperations {
    /// A sign of life comes every 15 s: who is silent for so long is gone, and asked anew.
    private static let silence = Duration.seconds(60)
    private static let shortestWait = Duration.milliseconds(100)
    private static let longestWait = Duration.seconds(2)

    /// Every connection after the first goes on behind the last number that the one before told, so that no alert is
    /// missed while the log of alerts holds it.
    package func followAlerts(
        from start: AlertFeed.Start, _ filter: AlertFilter, _ take: (AlertFeed.Item) throws -> Bool
    ) async throws {
        var place = FeedPlace(start)
        var wait = Self.shortestWait
        /// Once there was an answer, whatever may pass is waited through.
        var hasStood = false
        var isBroken = false
        following: while true {
            let feed = HTTPFeed(
                request(place, filter), to: endpoint, security: security, silence: Self.silence, on: loop)
            defer { feed.close() }
            var hasBrought = false
            do {
                var events = ServerSentEvents()
                while let part = try await feed.next() {
                    guard part.status == 200 else { throw try await Self.refusal(part, feed) }
                    hasStood = true
                    if isBroken {
                        isBroken = false
                        guard try take(.reconnected) else { return }
                    }
                    for event in try events.read(part.body) {
                        hasBrought = true
                        wait = Self.shortestWait
                        guard let item = place.move(event) else { continue }
                        // He asked to begin with a number that there is not yet: so with the next there is.
                        if place.isAhead(item) { continue following }
                        if case .alert(let alert) = item, !filter.accepts(alert) { continue }
                        guard try take(item) else { return }
                    }
                }
                // The end of a piece of what was missed: the next follows at once.
                if hasBrought { continue }
            } catch let failure as HTTPClient.Failure {
                if case .cancelled = failure { throw CancellationError() }
                guard hasStood else { throw APIFailure(status: nil, message: "\(endpoint): \(failure)") }
                isBroken = true
            } catch let failure as APIFailure {
                guard hasStood, failure.status ?? 0 >= 500 else { throw failure }
                isBroken = true
            }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, Self.longestWait)
        }
    }

    private func request(_ place: FeedPlace, _ filter: AlertFilter) -> HTTPClient.Request {
        // What the API cannot leave out is left out here.
        let rule = filter.rule.flatMap { RouteParameter.isWord($0.utf8) ? $0 : nil }
        let query: Query = [
            ("severity", filter.severity == .low ? nil : String(filter.severity.rawValue)),
            ("module", filter.modules.count == 1 ? filter.modules.first : nil), ("rule", rule),
            ("subject", filter.subject), ("since", place.time.map(String.init)),
        ]
        let fields = place.number.map { [(name: "Last-Event-ID", value: String($0))] } ?? []
        return .init("GET", Self.target("/v1/alerts", query), headers: fields + authorization)
    }

    /// Why there are no alerts, in the words of the API.
    private static func refusal(_ first: HTTPFeed.Part, _ feed: HTTPFeed) async throws -> APIFailure {
        var answer = first
        while let part = try await feed.next() { answer.body += part.body }
        do {
            _ = try value(answer)
        } catch let failure as APIFailure {
            return failure
        }
        return APIFailure(status: answer.status, message: "the API answered with \(answer.status)")
    }
}

/// How far a follower of alerts is, and so where the next connection goes on.
private struct FeedPlace {
    /// The last alert that came or was stepped over; nil while none is known.
    private(set) var number: Int64?
    /// Where to begin while no number is known, ms since 1970; nil: now.
    private(set) var time: Int64?
    /// Nothing has come yet of what was asked for by its number.
    private var isFresh = false

    init(_ start: AlertFeed.Start) {
        switch start {
        case .now: break
        case .number(let number):
            self.number = max(number, 1) - 1
            isFresh = true
        case .time(let time): self.time = min(max(0, time), Timestamp.latest.milliseconds)
        }
    }

    /// What the event is for the follower; nil for nothing.
    mutating func move(_ event: ServerSentEvents.Event) -> AlertFeed.Item? {
        if let next = event.id.flatMap({ Int64($0) }) {
            number = next
            isFresh = false
        }
        guard let data = event.data else { return nil }
        switch event.name {
        case "alert":
            guard let alert = Alert(json: data) else { return .foreign }
            return .alert(alert)
        case "lost": return (try? JSONReader.read(data))?["lost"]?.integer.map { .lost($0) }
        case "renumbered":
            number = 0
            return .renumbered
        default: return nil
        }
    }

    /// Whether the numbers had not come as far as was asked for at the start; then it goes on with what comes now.
    mutating func isAhead(_ item: AlertFeed.Item) -> Bool {
        guard isFresh, item == .renumbered else { return false }
        isFresh = false
        number = nil
        return true
    }
}
