import Glibc

/// How likely a subject is abusive, 0…1, going by the flags that were raised on it.
///
/// Each rule that was met is a cause that may be abuse by itself, as likely as its weight says, and independent of the
/// others: the noisy-or gate of Pearl (*Probabilistic Reasoning in Intelligent Systems*, 1988, §4.3.2),
/// `1 − Π (1 − wᵢ)`. A rule that is met again proves little more than the first time, so it counts once, with the highest
/// weight that is left; only different rules add up. Each weight halves in every half-life since its newest flag.
///
/// Bounded: `capacity` rules and `incidentCapacity` incidents; about 60 bytes encoded with one rule, 2 KB at most.
package struct Suspicion: Sendable, Equatable {
    /// A rule that was met.
    package struct Reason: Sendable, Equatable {
        package var rule: String
        package var module: Rule.Module
        /// What it says at the time of its newest flag, 0…1.
        package var weight: Double
        /// When its newest flag was raised, ms since 1970.
        package var at: Int64
        /// How many events were flagged by it.
        package var flags: UInt64

        package init(rule: String, module: Rule.Module, weight: Double, at: Int64, flags: UInt64) {
            self.rule = rule
            self.module = module
            self.weight = weight
            self.at = at
            self.flags = flags
        }

        /// What is left of the weight. Flags may come a little out of order: before its own time it is whole.
        package func weight(at time: Int64, halfLife: Int64) -> Double {
            // In floating point, for the difference of two nonsense times may be more than an Int64 holds.
            let age = max(0, Double(time) - Double(at))
            return halfLife > 0 ? weight * exp2(-age / Double(halfLife)) : (age > 0 ? 0 : weight)
        }
    }

    /// What a flag adds.
    package struct Evidence: Sendable, Equatable {
        package var rule: String
        package var module: Rule.Module
        package var severity: Rule.Severity
        /// 0…1.
        package var weight: Double
        /// Ms since 1970.
        package var at: Int64

        package init(rule: String, module: Rule.Module, severity: Rule.Severity, weight: Double, at: Int64) {
            self.rule = rule
            self.module = module
            self.severity = severity
            self.weight = weight
            self.at = at
        }
    }

    /// How time wears evidence out, in ms.
    package struct Decay: Sendable, Equatable {
        package var halfLife: Int64
        /// An incident without a new flag for this long is over; the next flag opens another.
        package var quiet: Int64

        package init(halfLife: Int64, quiet: Int64) {
            self.halfLife = halfLife
            self.quiet = quiet
        }

        package init(of policy: Policy) {
            self.init(halfLife: policy.halfLife.milliseconds, quiet: policy.quiet.milliseconds)
        }
    }

    /// How many rules are kept. Of more, the one that says least is forgotten.
    package static let capacity = 16
    /// How many incidents are told apart by their time, the newest.
    package static let incidentCapacity = 16

    /// In the order in which the rules were first met.
    package private(set) var reasons: [Reason] = []
    /// When the last incidents opened, ms since 1970, in the order in which they did.
    package private(set) var openings: [Int64] = []
    /// When the last critical flag was raised; nil if none was.
    package private(set) var lastCritical: Int64?
    /// The highest score there was since the last reset, and when.
    package private(set) var highest = 0.0
    package private(set) var highestAt: Int64 = 0
    /// Flags up to this time (ms since 1970) are ignored: the last unblock. The earliest time there is, if none was.
    package private(set) var since = Int64.min
    /// The log position applied last; the caller sets it and asks it before an `add`.
    package var lastEntry = LogPosition.start

    package init() {}

    /// Takes in what one log entry says of the subject.
    package mutating func add(_ evidence: [Evidence], decay: Decay) {
        for each in evidence where each.at > since { add(each, decay) }
        guard let at = evidence.map(\.at).max() else { return }
        let score = score(at: at, halfLife: decay.halfLife)
        if score > highest { (highest, highestAt) = (score, at) }
    }

    private mutating func add(_ evidence: Evidence, _ decay: Decay) {
        let weight = min(1, max(0, evidence.weight))
        if evidence.severity == .critical { lastCritical = max(lastCritical ?? evidence.at, evidence.at) }
        guard let place = reasons.firstIndex(where: { $0.rule == evidence.rule }) else {
            open(at: evidence.at)
            if reasons.count >= Self.capacity { forgetLeast(at: evidence.at, decay) }
            reasons.append(
                Reason(rule: evidence.rule, module: evidence.module, weight: weight, at: evidence.at, flags: 1))
            return
        }
        let known = reasons[place]
        if isOver(known, at: evidence.at, decay) { open(at: evidence.at) }
        let new = Reason(rule: known.rule, module: evidence.module, weight: weight, at: evidence.at, flags: 1)
        let at = max(known.at, new.at)
        reasons[place] = Reason(
            rule: known.rule, module: evidence.module,
            weight: max(
                known.weight(at: at, halfLife: decay.halfLife), new.weight(at: at, halfLife: decay.halfLife)),
            at: at, flags: known.flags < .max ? known.flags + 1 : .max)
    }

    private mutating func open(at time: Int64) {
        openings.append(time)
        if openings.count > Self.incidentCapacity { openings.removeFirst() }
    }

    private mutating func forgetLeast(at time: Int64, _ decay: Decay) {
        let left = reasons.map { $0.weight(at: time, halfLife: decay.halfLife) }
        if let least = left.indices.min(by: { left[$0] < left[$1] }) { reasons.remove(at: least) }
    }

    /// Forgets the evidence up to this time, so that it cannot count again.
    package mutating func reset(at time: Int64) {
        since = max(since, time)
        reasons.removeAll { $0.at <= since }
        openings.removeAll { $0 <= since }
        if let critical = lastCritical, critical <= since { lastCritical = nil }
        if highestAt <= since { (highest, highestAt) = (0, 0) }
    }
}

// MARK: - What it says

extension Suspicion {
    /// 0…1, of all modules together or of one.
    package func score(at time: Int64, halfLife: Int64, module: Rule.Module? = nil) -> Double {
        var innocence = 1.0
        for reason in reasons where module == nil || reason.module == module {
            innocence *= 1 - reason.weight(at: time, halfLife: halfLife)
        }
        return 1 - innocence
    }

    /// The rules whose incident is not over.
    package func openRules(at time: Int64, decay: Decay) -> Int {
        reasons.count { !isOver($0, at: time, decay) }
    }

    /// How many incidents opened less than so many ms before `time`; of more than `incidentCapacity` so many.
    package func incidents(at time: Int64, within window: Int64) -> Int {
        openings.count { Double(time) - Double($0) < Double(window) }
    }

    private func isOver(_ reason: Reason, at time: Int64, _ decay: Decay) -> Bool {
        Double(time) - Double(reason.at) >= Double(decay.quiet)
    }
}

// MARK: - Stored form

extension Suspicion {
    private static let version: UInt8 = 1
    /// Bytes of a rule's id.
    private static let maximumRule = 64

    /// Version, last position, reset, highest score and its time, last critical flag, openings, reasons; times relative to
    /// the one before.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 64 + reasons.count * 48)
        writer.varint(lastEntry.milliseconds)
        writer.varint(lastEntry.sequence)
        writer.signed(since)
        writer.word(highest.bitPattern)
        writer.signed(highestAt)
        writer.byte(lastCritical == nil ? 0 : 1)
        if let lastCritical { writer.signed(lastCritical) }
        var before: Int64 = 0
        writer.varint(UInt64(openings.count))
        for time in openings {
            writer.signed(time &- before)
            before = time
        }
        writer.varint(UInt64(reasons.count))
        for reason in reasons {
            writer.run(Array(reason.rule.utf8))
            writer.byte(reason.module.code)
            writer.word(reason.weight.bitPattern)
            writer.signed(reason.at &- before)
            before = reason.at
            writer.varint(reason.flags)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        since = try reader.signed()
        highest = try Self.share(&reader)
        highestAt = try reader.signed()
        switch try reader.byte() {
        case 0: break
        case 1: lastCritical = try reader.signed()
        default: throw .malformed("neither a critical flag nor none")
        }
        var before: Int64 = 0
        for _ in 0..<(try reader.count(atMost: Self.incidentCapacity)) {
            before = before &+ (try reader.signed())
            openings.append(before)
        }
        for _ in 0..<(try reader.count(atMost: Self.capacity)) {
            let rule = String(decoding: try reader.run(atMost: Self.maximumRule), as: UTF8.self)
            guard let module = Rule.Module(code: try reader.byte()) else { throw .malformed("no such module") }
            guard !reasons.contains(where: { $0.rule == rule }) else { throw .malformed("a rule twice") }
            let weight = try Self.share(&reader)
            before = before &+ (try reader.signed())
            reasons.append(
                Reason(rule: rule, module: module, weight: weight, at: before, flags: try reader.varint()))
        }
        try reader.finish()
    }

    private static func share(_ reader: inout StateReader) throws(StateDecodingError) -> Double {
        let share = Double(bitPattern: try reader.word())
        guard share >= 0, share <= 1 else { throw .malformed("\(share) is not from 0 to 1") }
        return share
    }
}

extension Rule.Module {
    /// Its byte in stored states; never reused.
    fileprivate var code: UInt8 {
        switch self {
        case .spam: 1
        case .automation: 2
        case .harvesting: 3
        case .fraud: 4
        case .content: 5
        }
    }

    fileprivate init?(code: UInt8) {
        guard let module = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = module
    }
}
