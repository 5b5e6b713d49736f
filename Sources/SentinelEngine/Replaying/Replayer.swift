package import SentinelCore
import SentinelIO
package import SentinelRedis

/// Feeds recorded events with their own timestamps, in step with the coordinator.
///
/// A recording runs faster than life, so after each piece (see `nextPiece`) it waits until the coordinator has read all of
/// it: a block that would have come in time then comes in time.
package actor Replayer {
    /// What became of the events.
    package struct Tally: Sendable, Equatable {
        package var allowed = 0
        package var limited = 0
        package var blocked = 0
        package var challenged = 0
        /// Reports from outside.
        package var reported = 0
        /// Not taken, with the first reason.
        package var refused = 0
        package var firstRefusal: String?

        package var total: Int { allowed + limited + blocked + challenged + reported + refused }

        package init() {}
    }

    package private(set) var tally = Tally()
    /// What the coordinator found so far.
    package internal(set) var findings = Findings()
    /// Up to where the alerts were read.
    var lastAlert = LogPosition.start
    /// How many events had been fed when the alerts were read.
    var countedAlerts = 0
    /// So many events raise fewer alerts than the log of alerts holds.
    private static let alertEvents = 1000
    /// Checks for the coordinator before it waits in between.
    private static let eagerChecks = 20
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
        try await readAlerts()
        try await readIncidents()
    }

    /// Feeds events, which must be in the order of time, and returns when the coordinator has looked at them.
    package func feed(_ events: ArraySlice<Event>) async throws(RedisError) {
        var rest = events
        while !rest.isEmpty {
            let piece = Self.nextPiece(of: rest)
            rest = rest.dropFirst(piece.count)
            // In one transaction, so that the coordinator, who is woken by the first event, finds the whole piece.
            let replies = try await calls.send { pipeline in
                pipeline.append("MULTI")
                for event in piece {
                    pipeline.append(
                        "FCALL",
                        [event.function, "1", calls.keys.prefix] + Calls.arguments(of: event, withTime: true))
                }
                pipeline.append("EXEC")
                pipeline.append("XINFO", "STREAM", calls.keys.events)
            }
            let (verdicts, log) = (replies[piece.count + 1], replies[piece.count + 2])
            for reply in try verdicts.orThrow().array { try count(reply) }
            // Without a log nothing was ever logged: there is nothing to read.
            if case .error = log { continue }
            try await waitForCoordinator(at: try position("last-generated-id", in: log.pairs))
            if tally.total - countedAlerts >= Self.alertEvents { try await readAlerts() }
        }
    }

    /// Waits until the coordinator has read everything that was logged.
    package func drain() async throws(RedisError) {
        let log = try await calls.client.call("XINFO", "STREAM", calls.keys.events)
        try await waitForCoordinator(at: try position("last-generated-id", in: log.pairs))
    }

    /// Waits until the coordinator has read everything up to `last`.
    private func waitForCoordinator(at last: LogPosition) async throws(RedisError) {
        let clock = ContinuousClock()
        var deadline = clock.now + patience
        var before = LogPosition.start
        var checks = 0
        while true {
            let groups = try await calls.client.call("XINFO", "GROUPS", calls.keys.events).array
            let cursor = groups.isEmpty ? .start : try position("last-delivered-id", in: groups[0].pairs)
            if cursor >= last { return }
            if cursor > before {
                before = cursor
                deadline = clock.now + patience
            } else if clock.now > deadline {
                throw RedisError(.timeout, "no coordinator reads \(calls.keys.events): is `sentinel run` at work?")
            }
            checks += 1
            // A piece takes about a millisecond; asking costs Redis a few microseconds, and the loop is free meanwhile.
            if checks < Self.eagerChecks { continue }
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
        for (field, value) in try reply.pairs {
            if field == "accepted" { tally.reported += 1 }
            guard field == "verdict" else { continue }
            switch try value.string {
            case "limit": tally.limited += 1
            case "block": tally.blocked += 1
            case "challenge": tally.challenged += 1
            default: tally.allowed += 1
            }
        }
    }
}
