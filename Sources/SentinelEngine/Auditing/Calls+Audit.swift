package import SentinelCore
package import SentinelRedis

/// Which entries of the audit log are asked for; nil and an open range ask for all.
package struct AuditFilter: Sendable, Equatable {
    package var by: String?
    package var what: String?
    /// Any of these.
    package var whats: Set<String>?
    /// In its printable form.
    package var subject: String?
    /// When it was written by the clock of Redis, ms since 1970.
    package var written: Range<Int64>

    package init(
        by: String? = nil, what: String? = nil, subject: String? = nil, written: Range<Int64> = 0..<Int64.max
    ) {
        self.by = by
        self.what = what
        self.subject = subject
        self.written = written
    }

    func accepts(_ entry: AuditEntry) -> Bool {
        (by == nil || entry.by == by) && (what == nil || entry.what == what) && (whats?.contains(entry.what) ?? true)
            && (subject == nil || entry.subject == subject)
    }
}

/// A piece of the audit log, newest first.
package struct AuditPage: Sendable, Equatable {
    package var entries: [AuditEntry] = []
    /// Where the next page begins; nil at the end of the log.
    package var next: String?
}

extension Calls {
    /// Entries per round trip.
    private static var auditPage: Int { 500 }

    /// The entries that the filter takes, newest first, at most `limit`.
    /// - Parameter cursor: `next` of the page before; nil for the first one.
    package func auditEntries(
        _ filter: AuditFilter = AuditFilter(), limit: Int, after cursor: String? = nil
    ) async throws(RedisError) -> AuditPage {
        var page = AuditPage()
        let oldest = "\(max(0, filter.written.lowerBound))-0"
        var newest = cursor.map { "(\($0)" }
        if newest == nil {
            newest = filter.written.upperBound == .max ? "+" : "(\(max(0, filter.written.upperBound))-0"
        }
        // Redis takes no range that ends before the first position there can be.
        while let from = newest, from.contains(where: { ("1"..."9").contains($0) || $0 == "+" }) {
            let rows = try await client.call("XREVRANGE", keys.audit, from, oldest, "COUNT", Self.auditPage).array
            newest = nil
            for row in rows {
                let (position, entry) = try Self.auditEntry(row)
                guard filter.accepts(entry) else { continue }
                page.entries.append(entry)
                if page.entries.count == limit {
                    page.next = position
                    return page
                }
            }
            if rows.count == Self.auditPage, let row = rows.last { newest = "(\(try Self.auditEntry(row).position)" }
        }
        return page
    }

    /// Reads the whole audit log and checks its chain.
    /// - Parameter known: an entry as an earlier check told it, which must still be there.
    package func verifyAudit(known: AuditChain.Head? = nil) async throws(RedisError) -> AuditChain {
        // Asked before the log: what is added meanwhile is checked too, and asked of nobody.
        let head = try await client.call("GET", keys.auditHead)
        var chain = AuditChain(
            newest: head.isNull ? nil : AuditChain.Head(parsing: try head.string), known: known)
        var from = "-"
        while true {
            let rows = try await client.call("XRANGE", keys.audit, from, "+", "COUNT", Self.auditPage).array
            for row in rows {
                let (position, entry) = try Self.auditEntry(row)
                chain.add(entry)
                from = "(\(position)"
            }
            if rows.count < Self.auditPage { break }
        }
        chain.end()
        return chain
    }

    private static func auditEntry(
        _ row: RedisReply
    ) throws(RedisError) -> (position: String, entry: AuditEntry) {
        let parts = try row.array
        guard parts.count == 2 else { throw RedisError(.protocolError, "an entry of a stream has two parts") }
        var fields: [String: String] = [:]
        for (field, value) in try parts[1].pairs { fields[field] = String(decoding: try value.bytes, as: UTF8.self) }
        func text(_ name: String) -> String { fields[name] ?? "" }
        let entry = AuditEntry(
            number: Int64(text("n")) ?? 0, at: Int64(text("at")) ?? 0, by: text("by"), what: text("what"),
            subject: text("subject"), before: text("before"), after: text("after"),
            note: fields["note"] ?? text("detail"), previous: text("prev"), hash: text("hash"))
        return (try parts[0].string, entry)
    }
}
