package import SentinelCore
package import SentinelEngine

/// One replay: recordings in, a summary out.
package struct ReplayRun: Sendable {
    /// What a replay found, measured against the labels of the recording if it has any.
    package struct Summary: Sendable {
        package var tally: Replayer.Tally
        package var report: LabelReport
        /// The same of the base rules, if they were asked for.
        package var base: LabelReport?
        /// Subjects with a flag, and those that were blocked.
        package var flagged: Int
        package var blocked: Int
        /// How often each rule was met, by subject.
        package var subjectsPerRule: [String: Int]
        /// Unreadable records that were left out.
        package var skipped: Int
        package var time: Duration
    }

    /// What a recording does not say of itself.
    package struct Options: Sendable {
        /// Nil to find it out.
        package var format: EventFormat?
        /// Ends after so many events.
        package var limit: Int?
        /// Of CSV records that do not say their kind.
        package var defaultKind: String?
        /// Leaves out records that are no events; nil: in access logs only.
        package var skipsBadRecords: Bool?
        /// The recording's clock ticks only every so many ms, see `SortedRecording.spread`. Not for the standard input.
        package var tick: Int64?
        /// They win over those in the recording.
        package var labels: SubjectLabels?
        /// Judges the recording by the base rules as well, to compare.
        package var judgesByBaseRules = false

        package init() {}
    }

    /// How far a replay is.
    package enum Stage: Sendable {
        /// Bytes read, of how many (nil: a pipe).
        case reading(fraction: Double?)
        /// Events fed, of how many (nil: unknown).
        case feeding(done: Int, of: Int?)
    }

    /// Events between two looks at the progress and at a cancellation.
    private static let step = 500

    private let calls: Calls
    private let policy: Policy

    package init(calls: Calls, policy: Policy) {
        self.calls = calls
        self.policy = policy
    }

    /// Feeds the recordings and returns when the coordinator has looked at all of them.
    ///
    /// Files are loaded and put in the order of time; the standard input is fed as it comes, so its events should be in
    /// order already.
    package func run(
        paths: [String], options: Options = Options(), progress: (Stage) -> Void
    ) async throws -> Summary {
        let clock = ContinuousClock()
        let begin = clock.now
        let prefix = policy.subjectPrefix6
        var truth = GroundTruth { Self.counted($0, prefix) }
        var base =
            options.judgesByBaseRules
            ? BaseRules(postKinds: policy.postKinds) { Self.counted($0, prefix) } : nil
        func note(_ event: Event) {
            var event = event
            if let label = options.labels?.label(of: event) { event.label = label }
            truth.note(event)
            base?.judge(event)
        }
        func reader(_ path: String) throws -> RecordingReader {
            try RecordingReader(
                path: path, format: options.format, skipsBadRecords: options.skipsBadRecords,
                defaultKind: options.defaultKind, fields: policy.fields)
        }
        let limit = options.limit ?? .max
        let replayer = Replayer(calls: calls)
        var skipped = 0
        try await replayer.begin()
        do throws(any Error) {
            if paths == ["-"] {
                let reader = try reader("-")
                var done = 0
                while done < limit, let batch = try reader.nextBatch() {
                    let events = batch.prefix(limit - done)
                    for event in events { note(event) }
                    try await replayer.feed(events)
                    done += events.count
                    progress(.feeding(done: done, of: nil))
                    try Task.checkCancellation()
                }
                skipped = reader.skipped
            } else {
                var readers: [RecordingReader] = []
                for path in paths { readers.append(try reader(path)) }
                let recording = try SortedRecording(readers) { progress(.reading(fraction: $0.fraction)) }
                let events = recording.spread(over: options.tick ?? 0).events.prefix(limit)
                skipped = readers.reduce(0) { $0 + $1.skipped }
                for event in events { note(event) }
                for start in stride(from: 0, to: events.count, by: Self.step) {
                    try await replayer.feed(events[start..<min(start + Self.step, events.count)])
                    progress(.feeding(done: min(start + Self.step, events.count), of: events.count))
                    try Task.checkCancellation()
                }
            }
        } catch {
            await Task { try? await replayer.end() }.value
            throw error
        }
        try await replayer.end()
        let findings = await replayer.findings
        var perRule: [String: Int] = [:]
        var flags: [[UInt8]: Set<String>] = [:]
        for (subject, rules) in findings.flags {
            for rule in rules { perRule[rule, default: 0] += 1 }
            flags[Self.known(subject), default: []].formUnion(rules)
        }
        let blocked = Set(findings.blocked.map(Self.known))
        return Summary(
            tally: await replayer.tally, report: LabelReport(truth, flags: flags, blocked: blocked),
            base: base.map { LabelReport(truth, flags: $0.flags) }, flagged: findings.flags.count,
            blocked: findings.blocked.count, subjectsPerRule: perRule, skipped: skipped,
            time: clock.now - begin)
    }

    /// An address as flags name it: what it is counted by, without the type.
    private static func counted(_ text: [UInt8], _ prefix: Int) -> [UInt8] {
        guard let address = try? IPAddress(parsing: text) else { return text }
        return Subject(counting: address, ipv6PrefixLength: prefix).id
    }

    /// `ip:` for both kinds of counted address, as the labels have it.
    private static func known(_ subject: [UInt8]) -> [UInt8] {
        subject.starts(with: "net:".utf8) ? Array("ip:".utf8) + subject.dropFirst(4) : subject
    }
}
