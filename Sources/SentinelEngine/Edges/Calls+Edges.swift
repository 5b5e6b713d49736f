import SentinelCore
package import SentinelRedis

extension Calls {
    /// Notes what edges applied. Those that Redis has too many of, and those not heard of for long, are left out.
    package func note(_ edges: [EdgeState], now: Int64) async throws(RedisError) {
        guard !edges.isEmpty else { return }
        let known = try await edgeStates()
        let old = known.filter { $0.seen < now - EdgeState.lifetime }.map(\.name)
        var names = Set(known.map(\.name)).subtracting(old)
        let kept = edges.filter { edge in
            guard names.count < EdgeState.most || names.contains(edge.name) else { return false }
            names.insert(edge.name)
            return true
        }
        for reply in try await send({ pipeline in
            if !old.isEmpty { pipeline.append("HDEL", [keys.edges] + old) }
            if !kept.isEmpty { pipeline.append("HSET", [keys.edges] + kept.flatMap { [$0.name, $0.text] }) }
        }) { _ = try reply.orThrow() }
    }

    /// Forgets an edge. False if it is not known.
    package func forgetEdge(_ name: String) async throws(RedisError) -> Bool {
        try await client.call("HDEL", keys.edges, name).int == 1
    }

    /// All edges that were heard of within a day, and how far each is behind, by name.
    package func edgeLags() async throws(RedisError) -> [EdgeLag] {
        let now = try await now()
        let edges = try await edgeStates().filter { $0.seen >= now - EdgeState.lifetime }.sorted { $0.name < $1.name }
        guard !edges.isEmpty else { return [] }
        let replies = try await send { pipeline in
            pipeline.append("GET", "\(keys.prefix):seq:blocks")
            for edge in edges {
                pipeline.append("XRANGE", keys.blocksLog, "\(edge.applied + 1)-0", "+", "COUNT", 1)
            }
        }
        let newest = try replies[0].orThrow().isNull ? 0 : replies[0].int
        var lags: [EdgeLag] = []
        for (place, edge) in edges.enumerated() {
            let first = try Self.changes(replies[place + 1]).first
            lags.append(
                EdgeLag(
                    edge: edge, changes: max(0, newest - edge.applied),
                    time: newest > edge.applied ? .milliseconds(first.map { max(0, now - $0.at) } ?? 0) : .zero,
                    silence: .milliseconds(max(0, now - edge.seen))))
        }
        return lags
    }

    /// Tells Redis that an edge is behind. The number of the alert where this began an episode, else nil: see
    /// `lua/sentinel_edge_late.lua`.
    package func tellLate(_ lag: EdgeLag) async throws(RedisError) -> Int64? {
        let reply = try await call(
            "sentinel_edge_late",
            [
                "edge", lag.edge.name, "changes", lag.changes, "lag", lag.time.milliseconds, "silence",
                lag.silence.milliseconds,
            ])
        return try reply["seq"]?.int
    }

    private func edgeStates() async throws(RedisError) -> [EdgeState] {
        var edges: [EdgeState] = []
        for (name, value) in try await client.call("HGETALL", keys.edges).pairs {
            if let edge = EdgeState(name: name, text: try value.string) { edges.append(edge) }
        }
        return edges
    }
}
