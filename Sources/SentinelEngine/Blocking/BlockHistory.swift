package import SentinelCore
package import SentinelRedis

/// One change of the list of blocks.
package struct BlockRecord: Sendable, Equatable {
    package enum Change: String, Sendable, CaseIterable {
        case added, changed, lifted, imported
    }

    /// Ms since 1970.
    package var at: Int64
    package var by: String
    package var change: Change
    package var subject: Subject
    package var note: String?
    package var ref: String
    /// The block that was set or lifted; nil of an import, which notes no more than the ref.
    package var block: Block?
    /// Whether this is the block that stands now.
    package var isActive: Bool
}

/// A piece of the history of blocks, newest first.
package struct BlockHistory: Sendable, Equatable {
    package var records: [BlockRecord] = []
    /// Where the next page begins; nil at the end.
    package var next: String?
}

extension Calls {
    /// Blocks that were set and lifted, by whom, as far back as the audit log goes; newest first. A page ends with a whole
    /// entry of that log: an import may make it up to 100 records longer than asked for.
    package func blockHistory(
        of subject: Subject? = nil, by: String? = nil, written: Range<Int64> = 0..<Int64.max, limit: Int,
        after cursor: String? = nil
    ) async throws(RedisError) -> BlockHistory {
        var filter = AuditFilter(by: by, written: written)
        filter.whats = ["block", "unblock", "import"]
        var history = BlockHistory(next: cursor)
        repeat {
            let page = try await auditEntries(filter, limit: max(1, limit - history.records.count), after: history.next)
            for entry in page.entries { history.records += Self.records(of: entry, subject) }
            history.next = page.next
        } while history.next != nil && history.records.count < limit
        try await markActive(&history.records)
        return history
    }

    private static func records(of entry: AuditEntry, _ wanted: Subject?) -> [BlockRecord] {
        let note = entry.note.isEmpty ? nil : entry.note
        if entry.what == "import" {
            guard case .object(let members)? = try? JSONReader.read(Array(entry.after.utf8)) else { return [] }
            return members.compactMap { member in
                guard let subject = member.value.text.flatMap({ try? Subject(printable: $0) }),
                    wanted == nil || subject == wanted
                else { return nil }
                return BlockRecord(
                    at: entry.at, by: entry.by, change: .imported, subject: subject, note: note, ref: member.name,
                    block: nil, isActive: false)
            }
        }
        guard let subject = try? Subject(printable: entry.subject), wanted == nil || subject == wanted else {
            return []
        }
        let isLifted = entry.what == "unblock"
        let block = Block(subject, json: Array((isLifted ? entry.before : entry.after).utf8))
        return [
            BlockRecord(
                at: entry.at, by: entry.by, change: isLifted ? .lifted : entry.before.isEmpty ? .added : .changed,
                subject: subject, note: note, ref: block?.ref ?? "", block: block, isActive: false)
        ]
    }

    private func markActive(_ records: inout [BlockRecord]) async throws(RedisError) {
        let subjects = Array(Set(records.map(\.subject)))
        guard !subjects.isEmpty else { return }
        let replies = try await send { pipeline in
            for subject in subjects { pipeline.append("GET", keys.block(subject)) }
        }
        var refs: [Subject: String] = [:]
        for (subject, reply) in zip(subjects, replies) {
            guard case .bulk(let json) = try reply.orThrow() else { continue }
            refs[subject] = Block(subject, json: json)?.ref
        }
        for place in records.indices where records[place].change != .lifted {
            records[place].isActive = refs[records[place].subject] == records[place].ref
        }
    }
}
