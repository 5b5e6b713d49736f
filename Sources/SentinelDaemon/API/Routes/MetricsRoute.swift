import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /metrics`: for Prometheus. Labels are rules of the policy, names of edges (bounded) and words of ours, never
    /// what some user sent.
    static func metrics(_ context: APIContext) -> Route {
        Route(
            "GET", "/metrics", role: .client, "Counters and gauges for Prometheus",
            answers: [Answer(.ok, "Text format 0.0.4", "text/plain; version=0.0.4; charset=utf-8", Schema.string())]
        ) { _ in
            context.later {
                let statistics = try await context.calls.statistics(since: .max)
                let edges = try await context.calls.edgeLags()
                let mirror = await context.edge?.figures
                return HTTPResponse(
                    .ok,
                    headers: [
                        ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), ("Cache-Control", "no-store"),
                    ], body: Array(Metrics.text(statistics, edges, mirror).utf8))
            }
        }
    }
}

/// The text format of Prometheus. <https://prometheus.io/docs/instrumenting/exposition_formats/>
///
/// Counters are those of the UTC day: they begin anew at midnight, which `rate()` takes as it takes any restart.
enum Metrics {
    static func text(_ statistics: Statistics, _ edges: [EdgeLag] = [], _ mirror: EdgeMirror.Figures? = nil) -> String {
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: Int64)]) {
            guard !samples.isEmpty else { return }
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
        }
        func rules(_ counts: [String: Int64]) -> [(labels: String, value: Int64)] {
            counts.sorted { $0.key < $1.key }.map { ("{rule=\"\(escaped($0.key))\"}", $0.value) }
        }
        add("sentinel_events_total", "counter", "Events that the coordinator looked at.", [("", statistics.events)])
        add("sentinel_events_refused_total", "counter", "Events that were over a limit.", [("", statistics.limited)])
        add(
            "sentinel_events_dropped_total", "counter", "Events that fell off the log unread.",
            [("", statistics.dropped)])
        add("sentinel_reports_total", "counter", "Verdicts that were handed in.", [("", statistics.reports)])
        add("sentinel_flags_total", "counter", "Flags that were raised.", rules(statistics.flags))
        add(
            "sentinel_flags_refused_total", "counter", "Flags that Redis would not take.",
            [("", statistics.refusedFlags)])
        add("sentinel_blocks_active", "gauge", "Blocks that hold now.", [("", statistics.blocks)])
        add("sentinel_exemptions_active", "gauge", "Subjects on the allow list.", [("", statistics.exemptions)])
        add("sentinel_incidents_pending", "gauge", "Incidents that nobody has reviewed.", [("", statistics.pending)])
        add("sentinel_backlog_events", "gauge", "Events that wait for the coordinator.", [("", statistics.backlog)])
        add(
            "sentinel_coordinator_active", "gauge", "Whether a coordinator holds the lease.",
            [("", statistics.coordinator == nil ? 0 : 1)])
        add(
            "sentinel_reviews", "gauge", "What reviews found, by rule.",
            statistics.reviews.flatMap { rule in
                let name = escaped(rule.rule)
                return [
                    ("{rule=\"\(name)\",disposition=\"confirmed\"}", rule.confirmed),
                    ("{rule=\"\(name)\",disposition=\"false_positive\"}", rule.falsePositives),
                    ("{rule=\"\(name)\",disposition=\"benign\"}", rule.benign),
                ]
            })
        add(
            "sentinel_edge_lag_changes", "gauge", "Changes of the block list that an edge has not applied.",
            edges.map { ("{edge=\"\(escaped($0.edge.name))\"}", $0.changes) })
        add(
            "sentinel_edge_lag_milliseconds", "gauge", "Since when an edge is behind.",
            edges.map { ("{edge=\"\(escaped($0.edge.name))\"}", $0.time.milliseconds) })
        add(
            "sentinel_edge_silence_milliseconds", "gauge", "How long an edge was not heard of.",
            edges.map { ("{edge=\"\(escaped($0.edge.name))\"}", $0.silence.milliseconds) })
        if let mirror {
            add(
                "sentinel_mirror_blocks", "gauge", "Blocks in the mirror of this process.", [("", Int64(mirror.blocks))]
            )
            add("sentinel_mirror_bytes", "gauge", "Memory that they take.", [("", Int64(mirror.bytes))])
            add(
                "sentinel_mirror_age_milliseconds", "gauge", "Since when the mirror may be behind.",
                mirror.age.map { [("", $0.milliseconds)] } ?? [])
            add(
                "sentinel_authz_total", "counter", "Answers to proxies, by what they were told.",
                mirror.answers.map { ("{action=\"\($0.key.rawValue)\"}", $0.value) }.sorted { $0.0 < $1.0 })
        }
        return text
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
}
