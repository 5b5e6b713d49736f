package import SentinelRedis

/// Alerts that somebody missed.
package struct MissedAlerts: Sendable, Equatable {
    /// In order.
    package var alerts: [Alert] = []
    /// How many before them the log no longer holds.
    package var lost: Int64 = 0
    /// The log knows no such number: it lost its data, and numbers began anew. Then these are the oldest that it has.
    package var isRenumbered = false
    /// There are more after them.
    package var goesOn = false
}

extension Calls {
    /// The alerts after that number that the log holds, from the oldest on: at most so many, and no more than so many
    /// bytes of JSON unless it is one alone. Who misses some mostly misses a few, so the end of the log is looked at first;
    /// else the place is found by halving the time that the log spans. Holds a page more than it returns, whatever the
    /// log holds.
    package func alerts(
        after number: Int64, atMost most: Int, bytes: Int = .max
    ) async throws(RedisError) -> MissedAlerts {
        let log = AlertLog(calls: self)
        let newest = try await log.entries(before: nil)
        guard let last = newest.first(where: { $0.number != nil })?.number else {
            return MissedAlerts(isRenumbered: number > 0)
        }
        var page = MissedAlertPage(most: most, bytes: bytes)
        if last < number {
            page.missed.isRenumbered = true
            try await read(log, after: try await log.beginning(), into: &page)
            return page.missed
        }
        let tail = newest.reversed().drop { ($0.number ?? 0) <= number }
        if tail.count < newest.count || newest.count < AlertLog.page {
            for entry in tail where !page.isFull { page.add(entry, after: number) }
        } else {
            try await read(log, after: try await log.position(after: number), onlyAfter: number, into: &page)
        }
        if !page.missed.isRenumbered, let first = page.missed.alerts.first {
            page.missed.lost = max(0, first.number - number - 1)
        }
        return page.missed
    }

    /// The number of the newest alert; 0 if there is none.
    package func newestAlert() async throws(RedisError) -> Int64 {
        let log = AlertLog(calls: self)
        guard let newest = try await log.newest() else { return 0 }
        if let number = newest.number { return number }
        return try await log.entries(before: nil).first { $0.number != nil }?.number ?? 0
    }

    /// The number before that of the first alert that was raised at that time (ms since 1970, of Redis) or later.
    package func alertNumber(before time: Int64) async throws(RedisError) -> Int64 {
        let entries = try await AlertLog(calls: self).entries(after: AlertLog.position(before: time))
        if let number = entries.first(where: { $0.number != nil })?.number { return number - 1 }
        return try await newestAlert()
    }

    private func read(
        _ log: AlertLog, after start: String, onlyAfter number: Int64 = 0, into page: inout MissedAlertPage
    ) async throws(RedisError) {
        var position = start
        while !page.isFull {
            let entries = try await log.entries(after: position)
            for entry in entries where !page.isFull {
                position = entry.position
                page.add(entry, after: number)
            }
            if entries.count < AlertLog.page { return }
        }
    }
}

/// Takes alerts from the oldest on until it is full.
private struct MissedAlertPage {
    let most: Int
    let bytes: Int
    var missed = MissedAlerts()
    private var size = 0

    init(most: Int, bytes: Int) {
        self.most = most
        self.bytes = bytes
    }

    /// There are more than fit.
    var isFull: Bool { missed.goesOn }

    mutating func add(_ entry: AlertLog.Entry, after number: Int64) {
        guard let its = entry.number, its > number, let alert = Alert(json: entry.json) else { return }
        let isFirst = missed.alerts.isEmpty
        guard isFirst || (missed.alerts.count < most && size + entry.json.count <= bytes) else {
            missed.goesOn = true
            return
        }
        if let last = missed.alerts.last, its <= last.number {
            // Numbers began anew here: what stands before is of another time.
            missed.alerts = []
            missed.isRenumbered = true
            size = 0
        }
        missed.alerts.append(alert)
        size += entry.json.count
    }
}
