package import SentinelCore
package import SentinelRedis

/// A piece of the block list, and where the next one begins.
package struct BlockPage: Sendable {
    package var blocks: [(subject: Subject, mark: BlockMark, json: [UInt8])] = []
    /// Where to go on; nil at the end.
    package var next: UInt64?
}

extension Calls {
    /// Changes of the lists from that number on, in order, as far as the log holds them.
    package func changes(from number: Int64, count: Int) async throws(RedisError) -> [ListChange] {
        try Self.changes(await client.call("XRANGE", keys.blocksLog, "\(number)-0", "+", "COUNT", count))
    }

    static func changes(_ reply: RedisReply) throws(RedisError) -> [ListChange] {
        var changes: [ListChange] = []
        for entry in try reply.orThrow().array {
            let parts = try entry.array
            guard parts.count == 2 else { continue }
            for (field, value) in try parts[1].pairs where field == "change" {
                if let change = ListChange(json: try value.bytes) { changes.append(change) }
            }
        }
        return changes
    }

    /// One piece of the blocks that are listed, from a cursor on (0 at first). Over all pieces a block that stands the
    /// whole time is there at least once; some that are over may be there.
    /// <https://redis.io/docs/latest/commands/scan/#scan-guarantees>
    package func blockPage(from cursor: UInt64, count: Int = 200) async throws(RedisError) -> BlockPage {
        var page = BlockPage()
        page.next = try await scan(keys.blockDetails, cursor, count) { subject, value, json in
            page.blocks.append((subject, BlockMark(json: value), json))
        }
        return page
    }

    func forEachBlock(_ take: (Subject, BlockMark, [UInt8]) -> Void) async throws(RedisError) {
        var cursor: UInt64? = 0
        while let at = cursor {
            let page = try await blockPage(from: at)
            for block in page.blocks { take(block.subject, block.mark, block.json) }
            cursor = page.next
        }
    }

    /// The allow list, with the JSON of each entry; some that are over may be there.
    package func listedExemptions() async throws(RedisError) -> [(subject: Subject, json: [UInt8])] {
        var entries: [(subject: Subject, json: [UInt8])] = []
        var cursor: UInt64? = 0
        while let at = cursor {
            cursor = try await scan(keys.allowDetails, at, 200) { entries.append(($0, $2)) }
        }
        return entries
    }

    func forEachExemption(_ take: (Subject, BlockMark) -> Void) async throws(RedisError) {
        var cursor: UInt64? = 0
        while let at = cursor {
            cursor = try await scan(keys.allowDetails, at, 200) { subject, value, _ in
                take(subject, BlockMark(json: value))
            }
        }
    }

    private func scan(
        _ key: String, _ cursor: UInt64, _ count: Int, _ take: (Subject, JSONValue, [UInt8]) -> Void
    ) async throws(RedisError) -> UInt64? {
        let parts = try await client.call("HSCAN", key, cursor, "COUNT", count).array
        guard parts.count == 2 else { return nil }
        let items = try parts[1].array
        for place in stride(from: 0, to: items.count - 1, by: 2) {
            guard let subject = try? Subject(parsing: try items[place].bytes) else { continue }
            // On one line, and JSON whoever wrote it: it goes into streams as it is.
            let json = try items[place + 1].bytes.filter { $0 >= 0x20 }
            let value = try? JSONReader.read(json)
            take(subject, value ?? .null, value == nil ? Array("null".utf8) : json)
        }
        let next = UInt64(try parts[0].string) ?? 0
        return next == 0 ? nil : next
    }
}
