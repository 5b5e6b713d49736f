/// How well the flags that were raised agree with the labels of a recording.
package struct LabelReport: Sendable, Equatable {
    /// Offenders of one label. One is found if it, or an address it acted from, has any flag.
    package struct Offenders: Sendable, Equatable {
        package let label: String
        package var total = 0
        package var found = 0
        /// Found by the very flag that the label names, as labels of `Simulation` do.
        package var foundByName = 0
        /// It, or an address it acted from, was blocked at some time.
        package var blocked = 0
        /// Subjects that were not found, the first in byte order.
        package var missed: [[UInt8]] = []
    }

    /// Subjects that should have no flag. One counts as flagged only if it has flags itself.
    package struct Others: Sendable, Equatable {
        package var total = 0
        package var flagged = 0
        package var blocked = 0
        /// Subjects that were flagged, the first in byte order.
        package var examples: [[UInt8]] = []

        package init(total: Int = 0, flagged: Int = 0, blocked: Int = 0, examples: [[UInt8]] = []) {
            self.total = total
            self.flagged = flagged
            self.blocked = blocked
            self.examples = examples
        }
    }

    /// Whom one rule flagged, by what they are.
    package struct RuleHits: Sendable, Equatable {
        package var offenders = 0
        package var honest = 0
        package var unlabelled = 0

        package init(offenders: Int = 0, honest: Int = 0, unlabelled: Int = 0) {
            self.offenders = offenders
            self.honest = honest
            self.unlabelled = unlabelled
        }
    }

    /// By label.
    package private(set) var offenders: [Offenders] = []
    package private(set) var honest = Others()
    /// Addresses that only honest users came from.
    package private(set) var honestAddresses = Others()
    /// Nobody knows what they are.
    package private(set) var unlabelled = Others()
    /// By the rule's id.
    package private(set) var rules: [String: RuleHits] = [:]

    private static let maximumExamples = 20

    /// - Parameters:
    ///   - flags: By subject (`user:ada`, `ip:203.0.113.7`) the flags that were raised; for a subject that was blocked
    ///     without a flag an empty set.
    ///   - blocked: Subjects that were blocked at some time.
    package init(_ truth: GroundTruth, flags: [[UInt8]: Set<String>], blocked: Set<[UInt8]> = []) {
        var byLabel: [String: Offenders] = [:]
        for (subject, entry) in truth.entries.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let own = flags[subject]
            let isBlocked = blocked.contains(subject)
            switch entry.label {
            case .offender(let label):
                guard entry.isActor else { break }
                let raised = ([subject] + entry.addresses).compactMap { flags[$0] }
                byLabel[label, default: Offenders(label: label)]
                    .count(subject, raised, isBlocked: isBlocked || entry.addresses.contains(where: blocked.contains))
                for rule in Set(raised.joined()) { rules[rule, default: RuleHits()].offenders += 1 }
            case .honest where entry.isActor:
                honest.count(subject, isFlagged: own != nil, isBlocked: isBlocked)
                for rule in own ?? [] { rules[rule, default: RuleHits()].honest += 1 }
            case .honest: honestAddresses.count(subject, isFlagged: own != nil, isBlocked: isBlocked)
            case .unlabelled where entry.isActor:
                unlabelled.count(subject, isFlagged: own != nil, isBlocked: isBlocked)
                for rule in own ?? [] { rules[rule, default: RuleHits()].unlabelled += 1 }
            case .unlabelled: break
            }
        }
        offenders = byLabel.values.sorted { $0.label < $1.label }
    }

    /// Of the offenders, the share that was found; nil if there are none.
    package var recall: Double? {
        share(offenders.reduce(0) { $0 + $1.found }, of: offenders.reduce(0) { $0 + $1.total })
    }

    /// Of the users and addresses with a label that were flagged, the share that are offenders; nil if none was.
    package var precision: Double? {
        let found = offenders.reduce(0) { $0 + $1.found }
        return share(found, of: found + honest.flagged)
    }

    private func share(_ part: Int, of whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }

    fileprivate static func append(_ subject: [UInt8], to examples: inout [[UInt8]]) {
        if examples.count < maximumExamples { examples.append(subject) }
    }
}

extension LabelReport.Offenders {
    fileprivate mutating func count(_ subject: [UInt8], _ raised: [Set<String>], isBlocked: Bool) {
        total += 1
        if isBlocked { blocked += 1 }
        if raised.isEmpty { return LabelReport.append(subject, to: &missed) }
        found += 1
        if raised.contains(where: { $0.contains(label) }) { foundByName += 1 }
    }
}

extension LabelReport.Others {
    fileprivate mutating func count(_ subject: [UInt8], isFlagged: Bool, isBlocked: Bool) {
        total += 1
        if isBlocked { blocked += 1 }
        if !isFlagged { return }
        flagged += 1
        LabelReport.append(subject, to: &examples)
    }
}
