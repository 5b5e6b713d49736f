/// How well the flags that were raised agree with the labels of a recording.
package struct LabelReport: Sendable, Equatable {
    /// Offenders of one label. One is found if it, or an address it acted from, has any flag.
    package struct Offenders: Sendable, Equatable {
        package let label: String
        package var total = 0
        package var found = 0
        /// Found by the very flag that the label names, as labels of `Simulation` do.
        package var foundByName = 0
        /// Subjects that were not found, the first in byte order.
        package var missed: [[UInt8]] = []
    }

    /// Subjects that should have no flag. One counts as flagged only if it has flags itself.
    package struct Others: Sendable, Equatable {
        package var total = 0
        package var flagged = 0
        /// Subjects that were flagged, the first in byte order.
        package var examples: [[UInt8]] = []

        package init(total: Int = 0, flagged: Int = 0, examples: [[UInt8]] = []) {
            self.total = total
            self.flagged = flagged
            self.examples = examples
        }
    }

    /// By label.
    package private(set) var offenders: [Offenders] = []
    package private(set) var honest = Others()
    /// Addresses that only honest users came from.
    package private(set) var honestAddresses = Others()
    /// Nobody knows what they are.
    package private(set) var unlabelled = Others()

    private static let maximumExamples = 20

    /// - Parameter flags: By subject (`user:ada`, `ip:203.0.113.7`) the flags that were raised; for a subject that was
    ///   blocked without a flag an empty set.
    package init(_ truth: GroundTruth, flags: [[UInt8]: Set<String>]) {
        var byLabel: [String: Offenders] = [:]
        for (subject, entry) in truth.entries.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let isFlagged = flags[subject] != nil
            switch entry.label {
            case .offender(let label):
                if entry.isActor {
                    let raised = ([subject] + entry.addresses).compactMap { flags[$0] }
                    byLabel[label, default: Offenders(label: label)].count(subject, raised)
                }
            case .honest where entry.isActor: honest.count(subject, isFlagged)
            case .honest: honestAddresses.count(subject, isFlagged)
            case .unlabelled where entry.isActor: unlabelled.count(subject, isFlagged)
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
    fileprivate mutating func count(_ subject: [UInt8], _ raised: [Set<String>]) {
        total += 1
        if raised.isEmpty { return LabelReport.append(subject, to: &missed) }
        found += 1
        if raised.contains(where: { $0.contains(label) }) { foundByName += 1 }
    }
}

extension LabelReport.Others {
    fileprivate mutating func count(_ subject: [UInt8], _ isFlagged: Bool) {
        total += 1
        if !isFlagged { return }
        flagged += 1
        LabelReport.append(subject, to: &examples)
    }
}
