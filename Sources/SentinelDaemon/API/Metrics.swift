import Glibc
import SentinelCore
import SentinelEngine

/// The text format of Prometheus. <https://prometheus.io/docs/instrumenting/exposition_formats/>
///
/// Labels are rules of the policy, names of edges (bounded) and words of ours, never what a user sent. Counters that several processes share stand
/// in Redis, by UTC day: they begin anew at midnight, which `rate()` takes as it takes any restart. Those of one process
/// (`sentinel_http_…`, the histograms) begin with it.
struct Metrics {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: String, value: String)]
    ) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        add(name, kind, help, [("", String(value))])
    }

    mutating func add(_ name: String, _ help: String, _ histograms: [(labels: [(String, String)], Histogram)]) {
        guard !histograms.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        for (labels, histogram) in histograms {
            var below: UInt64 = 0
            for (bound, count) in zip(Histogram.bounds.map(\.description) + ["+Inf"], histogram.counts) {
                below &+= count
                text += "\(name)_bucket\(Self.labels(labels + [("le", bound)])) \(below)\n"
            }
            text += "\(name)_sum\(Self.labels(labels)) \(histogram.sum)\n"
            text += "\(name)_count\(Self.labels(labels)) \(below)\n"
        }
    }

    /// `{rule="x",mode="y"}`; nothing without labels.
    static func labels(_ labels: [(String, String)]) -> String {
        if labels.isEmpty { return "" }
        return "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func by(_ label: String, _ counts: [String: Int64]) -> [(labels: String, value: String)] {
        counts.sorted { $0.key < $1.key }.map { (labels([(label, $0.key)]), String($0.value)) }
    }
}

// MARK: - What there is

extension Metrics {
    mutating func add(_ statistics: Statistics) {
        add("sentinel_events_total", .counter, "Events that the coordinator looked at.", statistics.events)
        add("sentinel_events_refused_total", .counter, "Events that were over a limit.", statistics.limited)
        add("sentinel_events_dropped_total", .counter, "Events that fell off the log unread.", statistics.dropped)
        let allowed = max(0, statistics.events - statistics.limited - statistics.reports)
        add(
            "sentinel_verdicts_total", .counter, "Verdicts on logged events; what a block stops is not logged.",
            [(Self.labels([("verdict", "allow"), ("rule", "")]), String(allowed))]
                + statistics.refusals.sorted { $0.key < $1.key }.map {
                    (Self.labels([("verdict", "limit"), ("rule", $0.key)]), String($0.value))
                })
        add("sentinel_reports_total", .counter, "Verdicts that were handed in.", statistics.reports)
        add("sentinel_flags_total", .counter, "Flags that were raised.", Self.by("rule", statistics.flags))
        add("sentinel_flags_refused_total", .counter, "Flags that Redis would not take.", statistics.refusedFlags)
        add(
            "sentinel_incidents_total", .counter, "Incidents that opened.",
            statistics.opened.sorted { $0.key < $1.key }.compactMap { key, count in
                let parts = key.split(separator: ":").map(String.init)
                guard parts.count == 3 else { return nil }
                let severity = ["1": "low", "2": "medium", "3": "high", "4": "critical"][parts[1]] ?? "other"
                return (
                    Self.labels([("rule", parts[0]), ("severity", severity), ("mode", parts[2])]), String(count)
                )
            })
        add("sentinel_blocks_active", .gauge, "Blocks that hold now.", statistics.blocks)
        add("sentinel_exemptions_active", .gauge, "Subjects on the allow list.", statistics.exemptions)
        add("sentinel_incidents_pending", .gauge, "Incidents that nobody has reviewed.", statistics.pending)
        add("sentinel_backlog_events", .gauge, "Events that wait for the coordinator.", statistics.backlog)
        add(
            "sentinel_consumer_lag_seconds", .gauge, "Age of the oldest event that waits for the coordinator.",
            [("", "\(Double(statistics.lag) / 1000)")])
        add(
            "sentinel_coordinator_active", .gauge, "Whether a coordinator holds the lease.",
            statistics.coordinator == nil ? 0 : 1)
        add(
            "sentinel_reviews", .gauge, "What reviews found, by rule.",
            statistics.reviews.flatMap { rule in
                [
                    ("confirmed", rule.confirmed), ("false_positive", rule.falsePositives), ("benign", rule.benign),
                ].map { (Self.labels([("rule", rule.rule), ("disposition", $0.0)]), String($0.1)) }
            })
        add("sentinel_webhooks", .gauge, "Receivers of alerts.", statistics.webhooks)
        add(
            "sentinel_alert_deliveries_total", .counter,
            "Alerts to webhooks: delivered, failed (one try), dead, lost (gone from the log).",
            ["dead", "delivered", "failed", "lost"].map {
                (Self.labels([("outcome", $0)]), String(statistics.deliveries[$0] ?? 0))
            })
        add("sentinel_dead_letters", .gauge, "Alerts that receivers would not take.", statistics.deadLetters)
    }

    mutating func add(_ readings: Instruments.Readings) {
        add(
            "sentinel_http_verdicts_total", .counter, "Verdicts that this process answered events with.",
            readings.verdicts.sorted { ($0.key.decision, $0.key.rule) < ($1.key.decision, $1.key.rule) }.map {
                (Self.labels([("verdict", $0.key.decision), ("rule", $0.key.rule)]), String($0.value))
            })
        add(
            "sentinel_redis_request_duration_seconds", "From a request to Redis to its reply.",
            readings.redis.sorted { $0.key < $1.key }.map { ([("client", $0.key)], $0.value) })
        if readings.judgedEvents > 0 {
            add("sentinel_detector_events_total", .counter, "Events that this process judged.", readings.judgedEvents)
            add("sentinel_detector_batch_duration_seconds", "To judge a batch of events.", [([], readings.detection)])
        }
        if readings.deliveries.count > 0 {
            add(
                "sentinel_webhook_request_duration_seconds", "One try to deliver an alert.", [([], readings.deliveries)]
            )
        }
    }

    /// Who keeps a copy of the block list, and how far each is.
    mutating func add(_ edges: [EdgeLag]) {
        func seconds(_ time: Duration) -> String { "\(Double(time.milliseconds) / 1000)" }
        func each(_ value: (EdgeLag) -> String) -> [(labels: String, value: String)] {
            edges.map { (Self.labels([("edge", $0.edge.name)]), value($0)) }
        }
        add(
            "sentinel_edge_lag_changes", .gauge, "Changes of the block list that an edge has not applied.",
            each { String($0.changes) })
        add("sentinel_edge_lag_seconds", .gauge, "Since when an edge is behind.", each { seconds($0.time) })
        add(
            "sentinel_edge_silence_seconds", .gauge, "How long an edge was not heard of.", each { seconds($0.silence) })
    }

    mutating func add(_ mirror: EdgeMirror.Figures) {
        add("sentinel_mirror_blocks", .gauge, "Blocks in the mirror of this process.", mirror.blocks)
        add("sentinel_mirror_bytes", .gauge, "Memory that they take.", mirror.bytes)
        if let age = mirror.age {
            add(
                "sentinel_mirror_age_seconds", .gauge, "Since when the mirror may be behind.",
                [("", "\(Double(age.milliseconds) / 1000)")])
        }
        add(
            "sentinel_authz_total", .counter, "Answers to proxies, by what they were told.",
            mirror.answers.map { (Self.labels([("action", $0.key.rawValue)]), String($0.value)) }.sorted { $0.0 < $1.0 }
        )
    }

    /// What Prometheus' own libraries tell of a process.
    mutating func addProcess() {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let seconds = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }
        add(
            "process_cpu_seconds_total", .counter, "Time on processors.",
            [("", "\(seconds[0] + seconds[1])")])
        // Kilobytes on Linux.
        add("process_max_resident_memory_bytes", .gauge, "The most memory so far.", usage.ru_maxrss * 1024)
    }
}
