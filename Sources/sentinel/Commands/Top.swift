import SentinelCore
import SentinelEngine

/// Shows how things stand, again and again.
struct Top: Command {
    static let name = "top"
    static let abstract = "Show rates, the worst subjects and the latest incidents, live"
    static let discussion = """
        On a terminal each look replaces the one before; into a file or a pipe they follow each other, with -o json one object a
        line. Rates need two looks: the first has none. Subjects are the worst of the newest 200 incidents.
        """
    static let examples = [
        Example("Live; leave with Ctrl-C", "sentinel top"),
        Example("Two looks, ten seconds apart, for a monitor", "sentinel top --every 10s --limit 2 -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("every", nil, \.every, .duration, "how long between two looks: 500ms, 2s, 1m"),
        .option("limit", "l", \.limit, .int(1...Int.max), "end after so many looks"),
    ]

    private static let incidents = 200
    private static let rows = 10

    var every = Duration.seconds(2)
    var limit: Int?

    /// A glance with what has changed since the one before.
    private struct Look: Sendable {
        var glance: Glance
        var events: Double?
        var limited: Double?
    }

    func run(_ context: Context) async throws -> ExitCode {
        try await context.withOperations { operations in
            var feed = context.output.feed(Self.columns)
            var before: Glance?
            var left = limit ?? .max
            while true {
                let glance = try await operations.glance(incidents: Self.incidents)
                let look = Look(
                    glance: glance, events: before.flatMap { glance.rate(since: $0, of: \.events) },
                    limited: before.flatMap { glance.rate(since: $0, of: \.limited) })
                if context.output.format == .human {
                    try show(look, on: context.output)
                } else {
                    try feed.append(look)
                }
                before = glance
                left -= 1
                if left == 0 { break }
                try await Task.sleep(for: every)
            }
        }
        return .ok
    }

    private func show(_ look: Look, on output: Output) throws {
        // Home, and clear to the end: the screen does not flicker as it would when cleared first.
        if output.terminal.isInteractive { try output.write("\u{1B}[H\u{1B}[J") }
        let today = look.glance.today
        try output.say("sentinel at \(ISO8601.format(look.glance.at))", .strong)
        try output.line(
            "events \(Self.rate(look.events))   limited \(Self.rate(look.limited))   waiting \(today.backlog)   "
                + "blocks \(today.blocks)   incidents today \(today.incidents)")
        if let coordinator = today.coordinator {
            try output.line("coordinator \(SafeText.escape(coordinator))")
        } else {
            try output.say("no coordinator is at work: verdicts go on, detection waits", .bad)
        }
        try output.line("")
        try output.list(look.glance.worst(Self.rows), Self.suspects, empty: "Nobody was found yet.")
        if !look.glance.incidents.isEmpty {
            try output.line("")
            try output.list(Array(look.glance.incidents.prefix(Self.rows)), Self.latest, empty: "")
        }
        try output.flush()
    }

    private static func rate(_ rate: Double?) -> String {
        rate.map { "\(($0 * 10).rounded() / 10)/s" } ?? "-"
    }

    private static let suspects: [Column<Glance.Suspect>] = [
        Column("subject", "worst subjects", clips: false) { .string($0.subject.description) },
        Column("severity", tone: { SeverityName($0.severity).tone }) { .string(SeverityName($0.severity).rawValue) },
        Column("rules") { .list($0.rules) },
        Column("last") { .time($0.last) },
    ]

    private static let latest: [Column<Incident>] = [
        Column("last", "latest incidents") { .time($0.last) },
        Column("severity", tone: { SeverityName($0.severity).tone }) { .string(SeverityName($0.severity).rawValue) },
        Column("rule") { .string($0.rule) },
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("count") { .int($0.count) },
        Column("description") { .string($0.description) },
    ]

    private static let columns: [Column<Look>] = [
        Column("at") { .time($0.glance.at) },
        Column("events_per_second") { .optional($0.events, Value.double) },
        Column("limited_per_second") { .optional($0.limited, Value.double) },
        Column("backlog") { .int($0.glance.today.backlog) },
        Column("coordinator") { .optional($0.glance.today.coordinator, Value.string) },
        Column("blocks") { .int($0.glance.today.blocks) },
        Column("incidents_today") { .int($0.glance.today.incidents) },
        Column("worst") { look in
            .json(
                .array(
                    look.glance.worst(rows).map { suspect in
                        .object(suspects.map { .init($0.name, $0.value(suspect).json) })
                    }))
        },
        Column("latest") { look in
            .json(
                .array(
                    look.glance.incidents.prefix(rows).map { incident in
                        .object(latest.map { .init($0.name, $0.value(incident).json) })
                    }))
        },
    ]
}
