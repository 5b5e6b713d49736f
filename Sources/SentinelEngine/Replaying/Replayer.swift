package import SentinelCore
import SentinelIO
package import SentinelRedis

/// Feeds recorded events with their own timestamps, in step with the coordinator.
///
/// A recording runs faster than life, so after each piece it waits until the coordinator has read all of it: a block that
/// would have come in time then comes in time.
package actor Replayer {
    /// What became of the events.
    package struct Tally: Sendable, Equatable {
        package var allowed = 0
        package var limited = 0
        package var blocked = 0
        package var challenged = 0
        /// Not taken, with the first reason.
        package var refused = 0
        package var firstRefusal: String?

        package var total: Int { allowed + limited + blocked + challenged + refused }

        package init() {}
    }

    /// Events per piece: as many as may pass before a block that the first of them earns.
    package static let piece = 200

    package private(set) var tally = Tally()
    /// What the coordinator found so far.
    package internal(set) var findings = Findings()
    /// Up to where the alerts were read.
    var lastAlert = LogPosition.start
    let calls: Calls
    private let loop: EventLoop
    /// The coordinator is given up when it reads nothing for this long.
    private let patience: Duration

    package init(calls: Calls, patience: Duration = .seconds(30)) {
        self.calls = calls
        loop = calls.client.loop
        self.patience = patience
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Opens the namespace for the callers' own time.
    package func begin() async throws(RedisError) {
        try await skipAlerts()
        _ = try await calls.client.call("SET", calls.keys.clock, "replay")
    }

    /// Gives the namespace back to the time of Redis, and completes the findings.
    package func end() async throws(RedisError) {
        _ = try await calls.client.call("DEL", calls.keys.clock)
        try await readIncidents()
    }

    /// Feeds events, which must be in the order of time, and returns when the coordinator has looked at them.
    package func feed(_ events: ArraySlice<Event>) async throws(RedisError) {
        var rest = events
        while !rest.isEmpty {
            let piece = rest.prefix(Self.piece)
            rest = rest.dropFirst(Self.piece)
            let replies = try await calls.send { pipeline in
                for event in piece {
                    pipeline.append(
                        "FCALL",
                        ["sentinel_record", "1", calls.keys.prefix] + Calls.arguments(of: event, withTime: true))
                }
            }
            for reply in replies { try count(reply) }
            try await drain()
            try await readAlerts()
        }
    }

    /// Waits until the coordinator has read everything that was logged.
    package func drain() async throws(RedisError) {
        let clock = ContinuousClock()
        var deadline = clock.now + patience
        var before = LogPosition.start
        while true {
            let replies = try await calls.send { pipeline in
                pipeline.append("XINFO", "STREAM", calls.keys.events)
                pipeline.append("XINFO", "GROUPS", calls.keys.events)
            }
            // Nothing was ever logged: there is nothing to read.
            if case .error = replies[0] { return }
            let last = try position("last-generated-id", in: replies[0].pairs)
            let groups = try replies[1].array
            let cursor = groups.isEmpty ? .start : try position("last-delivered-id", in: groups[0].pairs)
            if cursor >= last { return }
            if cursor > before {
                before = cursor
                deadline = clock.now + patience
            } else if clock.now > deadline {
                throw RedisError(.timeout, "no coordinator reads \(calls.keys.events): is `sentinel run` at work?")
            }
            do {
                try await loop.sleep(for: .milliseconds(1))
            } catch {
                throw RedisError(.cancelled, "the replay was cancelled")
            }
        }
    }

    private func position(_ name: String, in pairs: [(field: String, value: RedisReply)]) throws(RedisError)
        -> LogPosition
    {
        for (field, value) in pairs where field == name { return LogPosition(parsing: try value.bytes) ?? .start }
        return .start
    }

    private func count(_ reply: RedisReply) throws(RedisError) {
        if case .error(let error) = reply {
            // A single event that Redis will not take does not end a recording; anything else does.
            guard error.code == .server("BADARG") else { throw error }
            tally.refused += 1
            if tally.firstRefusal == nil { tally.firstRefusal = error.message }
            return
        }
        for (field, value) in try reply.pairs where field == "verdict" {
            switch try value.string {
            case "limit": tally.limited += 1
            case "block": tally.blocked += 1
            case "challenge": tally.challenged += 1
            default: tally.allowed += 1
            }
        }
    }
}
