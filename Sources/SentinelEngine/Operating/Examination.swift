import SentinelCore
package import SentinelRedis

/// Looks at everything that must be right for Sentinel to work on a Redis: gathers the facts, and judges them.
///
/// Changes nothing. What the user may not ask (`CONFIG`, `INFO` under an access list) is left out.
package struct Examination: Sendable {
    private let calls: Calls
    /// Ms since 1970, by the clock of this machine.
    private let clock: @Sendable () -> Int64

    package init(calls: Calls, clock: @escaping @Sendable () -> Int64) {
        self.calls = calls
        self.clock = clock
    }

    /// What there is to say of a Redis that cannot be asked anything.
    package static func unreachable(_ error: RedisError) -> Diagnosis { Facts.unreachable(error) }

    /// Diagnoses in the order in which to repair things. When Redis cannot be reached there is only that one.
    package func diagnoses() async throws(RedisError) -> [Diagnosis] {
        var facts = Facts()
        do throws(RedisError) {
            try await gatherServer(&facts)
        } catch {
            if error.code == .cancelled { throw error }
            return [Facts.unreachable(error)]
        }
        try await gatherLibrary(&facts)
        try await gatherState(&facts)
        facts.webhooks = (try? await calls.webhookOverview()) ?? []
        return facts.diagnoses()
    }

    private func gatherServer(_ facts: inout Facts) async throws(RedisError) {
        facts.address = calls.client.configuration.address.description
        // The first is not measured: it makes the connection.
        _ = try await calls.client.call("PING")
        let stopwatch = ContinuousClock()
        var latencies: [Duration] = []
        for _ in 0..<5 {
            let start = stopwatch.now
            _ = try await calls.send { $0.append("PING") }
            latencies.append(stopwatch.now - start)
        }
        facts.latency = latencies.sorted()[2]
        let before = clock()
        let time = try await calls.now()
        // Redis read its clock somewhere between: half of the way is the best guess.
        facts.skew = time - (before + (clock() - before) / 2)
        facts.now = time

        let replies = try await calls.send { pipeline in
            pipeline.append("INFO")
            pipeline.append("CONFIG", "GET", "appendfsync")
            pipeline.append("CONFIG", "GET", "save")
        }
        facts.info = (try? replies[0].string).map { ServerInfo(parsing: $0) }
        facts.fsync = Self.setting(replies[1])
        facts.save = Self.setting(replies[2])
    }

    private func gatherLibrary(_ facts: inout Facts) async throws(RedisError) {
        do throws(RedisError) {
            let inForce = try await LibraryLoader(client: calls.client, keys: calls.keys).inForce()
            facts.functions = inForce.map { .init(version: $0.version, policyHash: $0.hash) }
            do throws(PolicyProblems) {
                facts.policy = try inForce?.document()?.policy
            } catch {
                facts.policyProblem = error.problems[0].description
            }
        } catch {
            switch error.code {
            case .noPermission, .server: facts.silence = error.message
            default: throw error
            }
        }
        // Events are recorded with FCALL, not with FCALL_RO.
        let reply = try await calls.send { $0.append("FCALL", "sentinel_info", "1", calls.keys.prefix) }[0]
        if case .error(let error) = reply, error.code == .noPermission { facts.callFailure = error.message }
    }

    private func gatherState(_ facts: inout Facts) async throws(RedisError) {
        let keys = calls.keys
        let replies = try await calls.send { pipeline in
            pipeline.append("HGET", keys.lease, "owner")
            pipeline.append("XLEN", keys.events)
            pipeline.append("XINFO", "GROUPS", keys.events)
            pipeline.append("HGET", keys.statistics(day: facts.now / Statistics.day), "dropped")
            pipeline.append("ZRANDMEMBER", keys.blockIndex, 100, "WITHSCORES")
        }
        facts.coordinator = try? replies[0].string
        facts.backlog = (try? Self.lag(replies[2])) ?? (try? replies[1].int)
        facts.dropped = (try? replies[3].int) ?? 0
        for reply in replies {
            if case .error(let error) = reply, error.code == .wrongType { facts.foreignKeys = true }
        }
        facts.edges = (try? await calls.edgeLags()) ?? []
        guard let sample = try? replies[4].array else { return }
        var subjects: [Subject] = []
        for place in stride(from: 0, to: sample.count - 1, by: 2) {
            guard let bytes = try? sample[place].bytes, let subject = try? Subject(parsing: bytes) else { continue }
            let score = (try? sample[place + 1].string).flatMap { Double($0) } ?? 0
            // What ends just now may be gone from one and not yet from the other.
            if score > Double(facts.now + 10_000) { subjects.append(subject) }
        }
        guard !subjects.isEmpty else { return }
        let found = try await calls.send { pipeline in
            for subject in subjects { pipeline.append("EXISTS", keys.block(subject)) }
        }
        facts.sampledBlocks = subjects.count
        facts.missingBlocks = found.count { $0 == .integer(0) }
    }

    /// The value in the reply to `CONFIG GET`; nil when it may not be asked.
    private static func setting(_ reply: RedisReply) -> String? {
        (try? reply.pairs)?.first.flatMap { try? $0.value.string }
    }

    /// How far the coordinator's group is behind, as far as Redis knows.
    private static func lag(_ groups: RedisReply) throws(RedisError) -> Int64? {
        for group in try groups.array {
            let fields = try group.pairs
            guard try fields.first(where: { $0.field == "name" })?.value.string == Keys.group else { continue }
            guard let lag = fields.first(where: { $0.field == "lag" })?.value, !lag.isNull else { return nil }
            return try lag.int
        }
        return nil
    }
}
