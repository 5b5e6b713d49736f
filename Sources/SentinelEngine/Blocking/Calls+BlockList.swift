import SentinelCore
import SentinelIO
package import SentinelRedis

/// What became of a list of blocks.
package struct BlockImport: Sendable, Equatable {
    package var added = 0
    package var changed = 0
    /// Lines that could not be done, in order.
    package var problems: [BlockListProblem] = []

    package init() {}

    package mutating func add(_ other: BlockImport) {
        added += other.added
        changed += other.changed
        problems += other.problems
    }
}

/// What a list says of each of its blocks that does not say it itself.
package struct BlockDefaults: Sendable, Equatable {
    /// Ms; nil is permanent.
    package var duration: Int64?
    package var action = Block.Action.block
    package var reason = Block.Reason.manual
    package var note: String?

    package init() {}
}

extension Calls {
    /// Blocks in one call: it holds up verdicts for a millisecond or so.
    private static var importedAtOnce: Int { 25 }
    /// How long it rests after a call, as a multiple of what the call took: so verdicts have most of Redis, however
    /// busy it is.
    private static var rest: Int { 3 }

    /// Sets many blocks, a small piece per round trip, with pauses, so that verdicts go on in between. One entry in the
    /// audit log for each piece. What cannot be done is told, and does not hold up the others.
    package func importBlocks(
        _ wishes: [BlockWish], _ defaults: BlockDefaults, by: String
    ) async throws(RedisError) -> BlockImport {
        var outcome = BlockImport()
        let now = try await now()
        for start in stride(from: 0, to: wishes.count, by: Self.importedAtOnce) {
            let piece = wishes[start..<min(start + Self.importedAtOnce, wishes.count)]
            var lines: [Int] = []
            var blocks: [any RedisArgument] = []
            for wish in piece {
                var duration = wish.duration ?? defaults.duration
                if let until = wish.until {
                    guard until > now else {
                        outcome.problems.append(.init(line: wish.line, message: "\(wish.subject): it is over already"))
                        continue
                    }
                    duration = until - now
                }
                lines.append(wish.line)
                blocks.append(wish.subject.bytes)
                blocks.append(duration.map(String.init) ?? "permanent")
                blocks.append((wish.action ?? defaults.action).rawValue)
                blocks.append((wish.reason ?? defaults.reason).rawValue)
                blocks.append(wish.note ?? "")
            }
            guard !lines.isEmpty else { continue }
            var arguments: [any RedisArgument] = ["by", by]
            if let note = defaults.note { arguments += ["note", note] as [any RedisArgument] }
            arguments.append("blocks")
            let began = ContinuousClock.now
            let reply = try await call("sentinel_import", arguments + blocks)
            // Cancelled: the next call says so.
            try? await client.loop.sleep(for: (ContinuousClock.now - began) * Self.rest)
            outcome.added += Int(try reply["added"]?.int ?? 0)
            outcome.changed += Int(try reply["changed"]?.int ?? 0)
            let failed = try reply["failed"]?.array ?? []
            for place in stride(from: 0, to: failed.count - 1, by: 2) {
                let number = Int(try failed[place].int)
                guard lines.indices.contains(number - 1) else { continue }
                let words = try failed[place + 1].string.drop { $0 != " " }.dropFirst()
                let message = words.hasPrefix("sentinel_import: ") ? words.dropFirst(17) : words
                outcome.problems.append(.init(line: lines[number - 1], message: String(message)))
            }
        }
        outcome.problems.sort { $0.line < $1.line }
        return outcome
    }
}
