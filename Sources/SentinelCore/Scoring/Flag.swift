/// A rule met by a subject: what becomes, or joins, an incident.
package struct Flag: Sendable, Equatable {
    package var rule: String
    package var subject: Subject
    /// Who and where the newest of its events was: for rules whose block is on them.
    package var user: [UInt8]?
    package var ip: [UInt8]?
    /// The log entries behind it, oldest first; never empty.
    package var positions: [LogPosition]
    /// The time of the newest of them, ms since 1970.
    package var at: Int64
    /// Nil: the rule's own.
    package var severity: Rule.Severity?
    /// One sentence for people, and a JSON document; put together when it is asked for.
    fileprivate var tell: @Sendable () -> Telling

    package struct Telling: Sendable, Equatable {
        package var description: String
        package var evidence: [UInt8]

        package init(description: String, evidence: [UInt8]) {
            self.description = description
            self.evidence = evidence
        }
    }

    package var telling: Telling { tell() }
    package var description: String { tell().description }
    package var evidence: [UInt8] { tell().evidence }

    package init(
        rule: String, subject: Subject, position: LogPosition, at: Int64, severity: Rule.Severity? = nil,
        user: [UInt8]? = nil, ip: [UInt8]? = nil, tell: @escaping @Sendable () -> Telling
    ) {
        self.tell = tell
        self.user = user
        self.ip = ip
        self.rule = rule
        self.subject = subject
        positions = [position]
        self.at = at
        self.severity = severity
    }

    package init(
        rule: String, subject: Subject, position: LogPosition, at: Int64, severity: Rule.Severity? = nil,
        description: String, evidence: [UInt8], user: [UInt8]? = nil, ip: [UInt8]? = nil
    ) {
        let telling = Telling(description: description, evidence: evidence)
        self.init(
            rule: rule, subject: subject, position: position, at: at, severity: severity, user: user, ip: ip,
            tell: { telling })
    }

    package static func == (one: Flag, other: Flag) -> Bool {
        one.rule == other.rule && one.subject == other.subject && one.user == other.user && one.ip == other.ip
            && one.positions == other.positions && one.at == other.at && one.severity == other.severity
            && one.tell() == other.tell()
    }
}

/// The flags of one batch of the log, those of one rule and subject merged: one call raises them all.
package struct FlagBatch: Sendable {
    /// In the order in which their first event came.
    package private(set) var flags: [Flag] = []
    /// All that befell subjects, unmerged, in the order of the log: what scores are made of.
    package private(set) var acts: [Act] = []
    private var places: [Key: Int] = [:]

    private struct Key: Hashable {
        var rule: String
        var subject: Subject
    }

    /// A single flag, or the news that the evidence on a subject is spent.
    package enum Act: Sendable, Equatable {
        case flag(Flag)
        case unblock(Subject, LogPosition, at: Int64)

        /// The log entry that it came with.
        package var position: LogPosition {
            switch self {
            case .flag(let flag): flag.positions[0]
            case .unblock(_, let position, _): position
            }
        }
    }

    package init() {}

    /// Takes in that a subject was unblocked.
    package mutating func addUnblock(of subject: Subject, _ position: LogPosition, at time: Int64) {
        acts.append(.unblock(subject, position, at: time))
    }

    /// Takes in a flag; the newest one's words and evidence stand for all. The highest severity stays.
    package mutating func add(_ flag: Flag) {
        acts.append(.flag(flag))
        let key = Key(rule: flag.rule, subject: flag.subject)
        guard let place = places[key] else {
            places[key] = flags.count
            flags.append(flag)
            return
        }
        let severity = max(flag.severity?.rawValue ?? 0, flags[place].severity?.rawValue ?? 0)
        flags[place].positions += flag.positions
        flags[place].at = flag.at
        flags[place].severity = Rule.Severity(rawValue: severity)
        flags[place].tell = flag.tell
        flags[place].user = flag.user
        flags[place].ip = flag.ip
    }
}
