/// What the labels of a recording say about its subjects: the answers against which `LabelReport` measures.
///
/// A user has the label of its events, an address too, and so an address that an offender uses is an offender's.
/// Of differing labels an offender's wins over an honest one, and of two offenders' the first.
package struct GroundTruth: Sendable {
    package enum Label: Sendable, Hashable {
        case unlabelled
        case honest
        case offender(String)

        /// Published recordings call honest people by several names.
        package init(_ text: String?) {
            switch text?.lowercased() {
            case nil, "", "unknown": self = .unlabelled
            case "honest", "human", "human-likely", "ham", "benign", "legitimate": self = .honest
            default: self = .offender(text ?? "")
            }
        }
    }

    struct Entry: Sendable {
        var label: Label
        /// Acted itself: a user, or an address without a user. Otherwise it is only where users came from.
        var isActor: Bool
        /// Addresses that a user acted from, the first `maximumAddresses`.
        var addresses: [[UInt8]] = []
    }

    package static let defaultMaximum = 1_000_000
    private static let maximumAddresses = 64

    /// By `user:<id>` and `ip:<address>`.
    private(set) var entries: [[UInt8]: Entry] = [:]
    /// Events of subjects that came when there were too many already.
    package private(set) var dropped = 0

    private let maximumSubjects: Int
    private let canonicalAddress: @Sendable ([UInt8]) -> [UInt8]

    /// - Parameter canonicalAddress: How the address of an event is written where flags are kept.
    package init(
        maximumSubjects: Int = defaultMaximum, canonicalAddress: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }
    ) {
        self.maximumSubjects = maximumSubjects
        self.canonicalAddress = canonicalAddress
    }

    package mutating func note(_ event: Event) {
        let label = Label(event.label)
        let address = event.ip.map { Array("ip:".utf8) + canonicalAddress($0) }
        if let address { note(address, label, isActor: event.user == nil, address: nil) }
        if let user = event.user { note(Array("user:".utf8) + user, label, isActor: true, address: address) }
    }

    private mutating func note(_ subject: [UInt8], _ label: Label, isActor: Bool, address: [UInt8]?) {
        guard entries.count < maximumSubjects || entries[subject] != nil else {
            dropped += 1
            return
        }
        var entry = entries.removeValue(forKey: subject) ?? Entry(label: label, isActor: isActor)
        switch (entry.label, label) {
        case (.unlabelled, _), (.honest, .offender): entry.label = label
        default: break
        }
        entry.isActor = entry.isActor || isActor
        if let address, entry.addresses.count < Self.maximumAddresses, !entry.addresses.contains(address) {
            entry.addresses.append(address)
        }
        entries[subject] = entry
    }
}
