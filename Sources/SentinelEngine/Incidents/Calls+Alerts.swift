package import SentinelRedis

/// Alerts that somebody missed.
package struct MissedAlerts: Sendable, Equatable {
    /// In order.
    package var alerts: [Alert] = []
    /// How many before them the log no longer holds.
    package var lost: Int64 = 0
    /// The log knows no such number: it lost its data, and numbers began anew. Then these are all that it has.
    package var isRenumbered = false
    /// There are more after them.
    package var goesOn = false
}

extension Calls {
    /// The alerts after that number that the log holds, from the oldest on, at most so many. Reads the log from its end
    /// as far back as it must, for who misses some mostly misses a few.
    package func alerts(after number: Int64, atMost most: Int) async throws(RedisError) -> MissedAlerts {
        let log = AlertLog(calls: self)
        var number = number
        var missed = MissedAlerts()
        var newestFirst: [Alert] = []
        var position: String?
        reading: while true {
            let entries = try await log.entries(before: position)
            for entry in entries {
                position = entry.position
                guard let its = entry.number else { continue }
                if newestFirst.isEmpty, its < number {
                    missed.isRenumbered = true
                    number = 0
                }
                // Behind it only older ones; numbers that rise here are of a time before they began anew.
                if its <= number || its >= newestFirst.last?.number ?? .max { break reading }
                if let alert = Alert(json: entry.json) { newestFirst.append(alert) }
            }
            if position == nil, number > 0 { missed.isRenumbered = true }
            if entries.count < AlertLog.page { break }
        }
        missed.alerts = newestFirst.suffix(most).reversed()
        missed.goesOn = newestFirst.count > most
        if !missed.isRenumbered, let first = missed.alerts.first { missed.lost = first.number - number - 1 }
        return missed
    }
}
