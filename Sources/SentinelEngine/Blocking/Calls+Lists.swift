package import SentinelCore
package import SentinelRedis

/// Something that holds for a time, and how long it still does.
package struct Standing<Value: Sendable>: Sendable {
    package var value: Value
    /// Nil: until it is taken away. What edges see, whatever clock the namespace runs on.
    package var remaining: Duration?
}

extension Standing: Equatable where Value: Equatable {}

/// The newest entries of a list.
package struct Listing<Value: Sendable>: Sendable {
    /// Newest first.
    package var entries: [Standing<Value>]
    /// How many there are in all.
    package var total: Int
}

/// Which blocks are asked for; nil and an open range ask for all.
package struct BlockFilter: Sendable {
    package var type: String?
    package var reason: Block.Reason?
    package var by: String?
    /// When the block began, ms since 1970.
    package var since: Range<Int64> = Int64.min..<Int64.max

    package init(
        type: String? = nil, reason: Block.Reason? = nil, by: String? = nil,
        since: Range<Int64> = Int64.min..<Int64.max
    ) {
        self.type = type
        self.reason = reason
        self.by = by
        self.since = since
    }

    func accepts(_ block: Block) -> Bool {
        (reason == nil || block.reason == reason?.rawValue) && (by == nil || block.by == by)
            && since.contains(block.since)
    }
}

extension Calls {
    /// The blocks that edges see. Reads the whole index, a thousand per round trip.
    /// - Parameter limit: how many entries come back at most.
    package func blocks(
        _ filter: BlockFilter = BlockFilter(), limit: Int
    ) async throws(RedisError) -> Listing<Block> {
        var newest = Newest<Standing<Block>>(limit, by: \.value.since)
        let list = SubjectList(calls: self, index: keys.blockIndex, details: keys.blockDetails, publicKey: keys.block)
        try await list.forEach(ofType: filter.type) { entry in
            let block = entry.json.flatMap { Block(entry.subject, json: $0) } ?? Block(unknown: entry.subject)
            if filter.accepts(block) { newest.add(Standing(value: block, remaining: entry.remaining)) }
        }
        return Listing(entries: newest.elements, total: newest.total)
    }

    /// The allow list, or of one type. Else as `blocks`.
    package func exemptions(ofType type: String? = nil, limit: Int) async throws(RedisError) -> Listing<Exemption> {
        var newest = Newest<Standing<Exemption>>(limit, by: \.value.since)
        let list = SubjectList(calls: self, index: keys.allowIndex, details: keys.allowDetails, publicKey: keys.allow)
        try await list.forEach(ofType: type) { entry in
            let exemption = Exemption(entry.subject, json: entry.json ?? [])
            newest.add(Standing(value: exemption, remaining: entry.remaining))
        }
        return Listing(entries: newest.elements, total: newest.total)
    }
}

extension Keys {
    /// The public key of an exemption: exists while the subject is on the allow list.
    package func allow(_ subject: Subject) -> [UInt8] { Array("\(namespace):allow:".utf8) + subject.bytes }
}
