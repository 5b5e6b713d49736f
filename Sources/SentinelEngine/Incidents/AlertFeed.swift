import SentinelCore
package import SentinelRedis

/// Every alert from a point on, in order and each once: live ones from the channel, and from the stream those that the
/// channel lost, because the connection broke or the reader was slow.
///
/// Alerts are numbered without holes, so a hole in the numbers that arrive is a loss; the stream has what is missing.
package struct AlertFeed {
    /// Where to begin.
    package enum Start: Sendable, Equatable {
        case now
        /// With the alert of that number.
        case number(Int64)
        /// With the first alert that was raised at that time (ms since 1970, of Redis) or later.
        case time(Int64)
    }

    package enum Item: Sendable, Equatable {
        case alert(Alert)
        /// So many alerts are gone from the stream already.
        case lost(Int64)
        /// The connection was lost and stands again; what was raised meanwhile follows.
        case reconnected
        /// The numbers begin anew: Redis lost its data, or they were deleted.
        case renumbered
        /// Something on the channel, or in the stream, that is no alert.
        case foreign
    }

    private let log: AlertLog
    private let subscriber: RedisSubscriber
    /// The number of the last alert that was handed out or stepped over; nil while none is known.
    private var last: Int64?
    /// The number of the last alert that the channel brought.
    private var lastHeard: Int64?
    /// The place in the stream up to which everything was seen.
    private var position = AlertLog.start

    /// - Parameter subscriber: for this feed alone; to be closed by who made it.
    package init(calls: Calls, subscriber: RedisSubscriber) {
        log = AlertLog(calls: calls)
        self.subscriber = subscriber
    }

    /// Hands out items until `take` answers false, the task is cancelled, or Redis refuses for good. Waits through
    /// everything that may pass.
    package mutating func run(from start: Start, _ take: (Item) throws -> Bool) async throws {
        try await begin(from: start)
        try await run(take)
    }

    /// The same from where `begin` has put it.
    package mutating func run(_ take: (Item) throws -> Bool) async throws {
        try await subscriber.subscribe(to: log.calls.keys.alerts)
        // Only now, so that nothing falls between the stream and the channel.
        guard try await catchUp(take) else { return }
        for await push in subscriber.pushes {
            guard try await handle(push, take) else { return }
        }
        try Task.checkCancellation()
    }

    /// Finds the place: all that is raised from then on is handed out by `run`. The number of the alert before it; nil where
    /// only the time is known.
    @discardableResult
    package mutating func begin(from start: Start) async throws(RedisError) -> Int64? {
        let newest = try await log.newest()
        switch start {
        case .now:
            position = newest?.position ?? AlertLog.start
            last = newest?.number
        case .number(let number):
            last = min(max(number, 1) - 1, newest?.number ?? 0)
        case .time(let time):
            position = AlertLog.position(before: time)
            return nil
        }
        return last ?? 0
    }

    private mutating func handle(_ push: RedisPush, _ take: (Item) throws -> Bool) async throws -> Bool {
        switch push {
        case .message(let message):
            guard let alert = Alert(json: message.payload) else { return try take(.foreign) }
            return try await handle(alert, take)
        case .reconnected:
            guard try take(.reconnected) else { return false }
            return try await resume(take)
        case .dropped:
            return try await resume(take)
        }
    }

    private mutating func handle(_ alert: Alert, _ take: (Item) throws -> Bool) async throws -> Bool {
        let isOutOfOrder = lastHeard.map { alert.number <= $0 } ?? true
        lastHeard = alert.number
        if let last {
            if alert.number <= last {
                // Read from the stream already; but on the channel itself numbers only fall when they begin anew.
                return isOutOfOrder ? try await resume(take) : true
            }
            if alert.number > last + 1 {
                guard try await catchUp(take) else { return false }
                return try handOut(alert, alert.number, take)
            }
        }
        return try handOut(alert, alert.number, take)
    }

    /// After anything that may have been missed.
    private mutating func resume(_ take: (Item) throws -> Bool) async throws -> Bool {
        if let last, try await log.newest()?.number ?? 0 < last {
            self.last = 0
            position = AlertLog.start
            guard try take(.renumbered) else { return false }
        }
        return try await catchUp(take)
    }

    /// Hands out what the stream holds beyond the last alert.
    private mutating func catchUp(_ take: (Item) throws -> Bool) async throws -> Bool {
        while true {
            let entries = try await log.entries(after: position)
            for entry in entries {
                position = entry.position
                guard try handOut(Alert(json: entry.json), entry.number, take) else { return false }
            }
            if entries.count < AlertLog.page { return true }
        }
    }

    /// Hands out one alert unless it was, and tells first how many before it are lost.
    private mutating func handOut(_ alert: Alert?, _ number: Int64?, _ take: (Item) throws -> Bool) throws -> Bool {
        guard let number else { return try take(.foreign) }
        if let last {
            guard number > last else { return true }
            if number - last > 1 {
                guard try take(.lost(number - last - 1)) else { return false }
            }
        }
        last = number
        return try take(alert.map { .alert($0) } ?? .foreign)
    }
}
