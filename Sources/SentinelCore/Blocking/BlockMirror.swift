/// The block list and the allow list in memory: answers at once what a verdict would say of them.
package struct BlockMirror: Sendable {
    package var blocks: SubjectMarks
    /// Subjects on the allow list; of their marks only the end counts.
    package var exemptions: SubjectMarks
    /// The key of the hashes of names, for a snapshot that goes on with them.
    package let key: SipHash.Key

    package init(key: SipHash.Key = .random()) {
        self.key = key
        blocks = SubjectMarks(key: key)
        exemptions = SubjectMarks(key: key)
    }

    /// The block that holds, of the user first, then of the address and the networks around it, narrow before wide;
    /// nil if there is none, or if any of these names is on the allow list. As `S.blocked` in `lua/blocks.lua`.
    /// - Parameter now: ms since 1970.
    package func block(user: Subject?, address: IPAddress?, at now: Int64) -> BlockMark? {
        let found =
            user.flatMap { blocks.mark(named: $0, at: now) } ?? address.flatMap { blocks.mark($0, at: now) }
        guard let found, !isExempt(user: user, address: address, at: now) else { return nil }
        return found
    }

    package func isExempt(user: Subject?, address: IPAddress?, at now: Int64) -> Bool {
        guard exemptions.count > 0 else { return false }
        if let user, exemptions.mark(named: user, at: now) != nil { return true }
        return address.flatMap { exemptions.mark($0, at: now) } != nil
    }

    package mutating func sweep(atMost limit: Int, at now: Int64) {
        blocks.sweep(atMost: limit, at: now)
        exemptions.sweep(atMost: limit, at: now)
    }
}
