import SentinelCore
import SentinelRedis

/// What an examination has found out. Nil: could not be asked.
struct Facts: Sendable {
    var address = ""
    var latency = Duration.zero
    /// How far Redis' clock is ahead of ours, in ms.
    var skew: Int64 = 0
    /// Redis' time, ms since 1970.
    var now: Int64 = 0
    var info: ServerInfo?
    /// `appendfsync` and `save` of the configuration.
    var fsync: String?
    var save: String?

    var functions: LibraryLoader.Info?
    /// The policy in force, and what this build cannot read of it, if so.
    var policy: Policy?
    var policyProblem: String?
    /// Why the library could not be asked, if it could not.
    var silence: String?
    /// Why `FCALL` is refused, if it is.
    var callFailure: String?

    /// Who holds the lease.
    var coordinator: String?
    /// Events that no coordinator has looked at.
    var backlog: Int64?
    /// Of today.
    var dropped: Int64 = 0
    /// Keys of ours hold something else.
    var foreignKeys = false
    /// Blocks of the index, and how many of them edges do not see.
    var sampledBlocks = 0
    var missingBlocks = 0
    var webhooks: [WebhookOverview] = []
    /// Who keeps a copy of the block list.
    var edges: [EdgeLag] = []

    static func unreachable(_ error: RedisError) -> Diagnosis {
        let advice: String
        switch error.code {
        case .noAuth: advice = "give user and password: --redis redis://user:password@host:6379"
        case .noPermission: advice = "give the user the rights it needs (ACL SETUSER)"
        case .loading: advice = "wait until Redis has read its data"
        case .busy: advice = "a script runs too long; see SCRIPT KILL and FUNCTION KILL"
        default: advice = "start it ('sentinel up' brings its own), or name another with --redis"
        }
        return Diagnosis("redis", .failure, "\(error)", advice: advice)
    }

    func diagnoses() -> [Diagnosis] {
        [
            server, delay, clock, access, libraryState, persistence, eviction, memory, coordination, backlogState,
            losses, receivers, keyspace, edgeState,
        ].compactMap(\.self)
    }
}

// MARK: - The server

extension Facts {
    private var server: Diagnosis {
        guard let version = info?["redis_version"] else {
            return Diagnosis("redis", .warning, "Redis at \(address) does not tell its version (INFO)")
        }
        guard let major = version.split(separator: ".").first.flatMap({ Int($0) }), major >= 7 else {
            return Diagnosis(
                "redis", .failure, "Redis \(version) at \(address) has no functions",
                advice: "Sentinel needs Redis 7.0 or newer")
        }
        return Diagnosis("redis", .ok, "Redis \(version) at \(address)")
    }

    private var delay: Diagnosis {
        let microseconds = latency.components.seconds * 1_000_000 + latency.components.attoseconds / 1_000_000_000_000
        let text = "an answer takes \(Double(microseconds / 10) / 100) ms"
        if latency < .milliseconds(10) { return Diagnosis("latency", .ok, text) }
        return Diagnosis(
            "latency", .warning, text,
            advice:
                "every verdict waits that long: move Redis nearer, and look at 'redis-cli --latency' and SLOWLOG GET")
    }

    private var clock: Diagnosis {
        let distance = Duration.milliseconds(abs(skew)).readable
        let text = "the clock of Redis is \(distance) \(skew < 0 ? "behind" : "ahead of") this machine's"
        let advice = "let both follow NTP (timedatectl set-ntp true)"
        switch abs(skew) {
        case ...1000: return Diagnosis("clock", .ok, text)
        case ...10_000: return Diagnosis("clock", .warning, text, advice: advice)
        default: return Diagnosis("clock", .failure, text, advice: advice)
        }
    }

    private var persistence: Diagnosis? {
        guard let info else { return nil }
        let failed = ["aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status"]
            .filter { info[$0].map { $0 != "ok" } ?? false }
        if !failed.isEmpty {
            return Diagnosis(
                "persistence", .failure, "Redis could not write to its disk (\(failed.joined(separator: ", ")))",
                advice: "look into its log; free space on the disk")
        }
        let turnOn = "redis-cli CONFIG SET appendonly yes, and CONFIG REWRITE"
        guard info["aof_enabled"] == "1" else {
            if let save, !save.isEmpty {
                return Diagnosis(
                    "persistence", .warning, "only snapshots: what came since the last is lost with a crash",
                    advice: turnOn)
            }
            let what = save == nil ? "the append-only file is off" : "nothing is written to disk"
            return Diagnosis(
                "persistence", .failure, "\(what): blocks, windows and unread events are lost with a restart",
                advice: turnOn)
        }
        if fsync == "no" {
            return Diagnosis(
                "persistence", .warning, "appendfsync is no: a power failure loses up to half a minute",
                advice: "redis-cli CONFIG SET appendfsync everysec, and CONFIG REWRITE")
        }
        return Diagnosis("persistence", .ok, "append-only file is on" + (fsync.map { ", fsync \($0)" } ?? ""))
    }

    private var eviction: Diagnosis? {
        guard let policy = info?["maxmemory_policy"] else { return nil }
        if policy != "noeviction" {
            return Diagnosis(
                "eviction", .failure, "maxmemory-policy is \(policy): Redis may throw away blocks and windows",
                advice: "redis-cli CONFIG SET maxmemory-policy noeviction, and CONFIG REWRITE")
        }
        return Diagnosis("eviction", .ok, "maxmemory-policy is noeviction")
    }

    private var memory: Diagnosis? {
        guard let used = info?.number("used_memory") else { return nil }
        let megabytes = "\(used / 1_048_576) MB used"
        guard let most = info?.number("maxmemory"), most > 0 else {
            return Diagnosis(
                "memory", .ok, "\(megabytes), without a limit (set maxmemory where Redis shares its machine)")
        }
        let share = Double(used) / Double(most) * 100
        let text = "\(megabytes) of \(most / 1_048_576) MB (\(Int(min(share, 10_000).rounded())) %)"
        let advice = "when it is full every call fails: raise maxmemory, or shorten windows and retention in the policy"
        if share > 90 { return Diagnosis("memory", .failure, text, advice: advice) }
        if share > 75 { return Diagnosis("memory", .warning, text, advice: advice) }
        return Diagnosis("memory", .ok, text)
    }
}

// MARK: - Sentinel

extension Facts {
    private var access: Diagnosis? {
        callFailure.map {
            Diagnosis(
                "access", .failure, "this user may not record events: \($0)",
                advice: "give it FCALL, FCALL_RO and the keys of the namespace (ACL SETUSER)")
        }
    }

    private var libraryState: Diagnosis {
        if let silence { return Diagnosis("library", .failure, "it does not answer: \(silence)") }
        guard let functions else {
            return Diagnosis(
                "library", .failure, "the function library is not loaded: every event fails",
                advice: "'sentinel up' and 'sentinel run' load it")
        }
        let text = "version \(functions.version), policy \(functions.policyHash)"
        if functions.version > LibrarySource.version {
            return Diagnosis(
                "library", .warning, "\(text); this program is of version \(LibrarySource.version)",
                advice: "update this program")
        }
        if functions.version < LibrarySource.version {
            return Diagnosis(
                "library", .warning, "\(text); this program is of version \(LibrarySource.version)",
                advice: "restart the coordinator with this program: it loads its own")
        }
        if let policyProblem {
            return Diagnosis(
                "library", .warning, "\(text), which this program cannot read: \(policyProblem)",
                advice: "update this program, or apply a policy that it can read")
        }
        return Diagnosis("library", .ok, text)
    }

    private var coordination: Diagnosis {
        if let coordinator { return Diagnosis("coordinator", .ok, "\(coordinator) holds the lease") }
        return Diagnosis(
            "coordinator", .failure, "none is running: events are limited, but nothing is raised or blocked",
            advice: "start 'sentinel run', or 'sentinel up'")
    }

    private var backlogState: Diagnosis {
        let most = (policy ?? Policy(rules: [])).logEntries
        let count = backlog ?? 0
        let text = "\(count) events wait for the coordinator"
        if count > most / 2 {
            return Diagnosis(
                "backlog", .failure, "\(text); the log holds \(most), then the oldest are dropped",
                advice: coordinator == nil
                    ? "start the coordinator" : "see whether the coordinator has the CPU it needs")
        }
        if count > 10_000 {
            return Diagnosis("backlog", .warning, text, advice: "look again in a minute: it should fall")
        }
        return Diagnosis("backlog", .ok, text)
    }

    private var losses: Diagnosis {
        if dropped == 0 { return Diagnosis("dropped", .ok, "no event was dropped today") }
        return Diagnosis(
            "dropped", .warning, "\(dropped) events of today were dropped before anybody looked at them",
            advice: "keep the coordinator running; it must not be away longer than the log holds")
    }

    /// Nil where nobody is sent alerts.
    private var receivers: Diagnosis? {
        if webhooks.isEmpty { return nil }
        if let failing = webhooks.first(where: { $0.state.failingSince != nil }) {
            return Diagnosis(
                "webhooks", .warning,
                "\(failing.webhook.id) (\(failing.webhook.name)) fails, \(failing.waiting) alerts wait: "
                    + (failing.state.error ?? ""),
                advice: "'sentinel webhook ls' tells since when; what it refused is in 'sentinel webhook dead'")
        }
        let waiting = webhooks.map(\.waiting).max() ?? 0
        return Diagnosis("webhooks", .ok, "\(webhooks.count) get alerts, \(waiting) wait at most")
    }

    private var keyspace: Diagnosis {
        if foreignKeys {
            return Diagnosis(
                "keyspace", .failure, "keys of this namespace hold something that Sentinel did not write",
                advice: "use another namespace (--namespace), or delete those keys")
        }
        if missingBlocks > 0 {
            return Diagnosis(
                "keyspace", .warning,
                "\(missingBlocks) of \(sampledBlocks) blocks looked at have no public key: edges "
                    + "let them pass", advice: "find out who deletes or evicts keys; 'sentinel block add' sets it again"
            )
        }
        return Diagnosis(
            "keyspace", .ok, sampledBlocks == 0 ? "no blocks" : "\(sampledBlocks) blocks looked at, edges see all")
    }
}

// MARK: - The edge

extension Facts {
    /// Nil where nobody follows.
    private var edgeState: Diagnosis? {
        guard !edges.isEmpty else { return nil }
        let late = edges.filter(\.isBehind).map(\.edge.name)
        guard !late.isEmpty else { return Diagnosis("edges", .ok, "\(edges.count) edges, none behind") }
        return Diagnosis(
            "edges", .warning,
            "\(late.count) of \(edges.count) edges are behind: \(late.prefix(5).joined(separator: ", "))",
            advice: "see 'sentinel edge ls'; 'sentinel edge rm' forgets one that is no more")
    }
}
