/// The accounts that signed up from one address lately: when, and whose. Bounded: about 200 bytes encoded.
package struct AddressSignups: Sendable, Equatable {
    package struct Signup: Sendable, Equatable {
        /// Ms since 1970.
        package var at: Int64
        /// `StableHash` of the user's id, cut to 32 bits.
        package var account: UInt32
    }

    /// How many are kept: enough to call an address crowded.
    package static let capacity = 16

    /// Oldest first.
    package private(set) var signups: [Signup] = []
    /// The log position applied last; the caller sets it and asks it before an `add`.
    package var lastEntry = LogPosition.start

    package init() {}

    /// Takes in a signup. An account counts once, at its first time; of too many the oldest is forgotten.
    package mutating func add(_ user: [UInt8], at time: Int64) {
        let account = UInt32(truncatingIfNeeded: StableHash.of(user))
        guard !signups.contains(where: { $0.account == account }) else { return }
        let place = signups.lastIndex { $0.at <= time }.map { $0 + 1 } ?? 0
        signups.insert(Signup(at: time, account: account), at: place)
        if signups.count > Self.capacity { signups.removeFirst() }
    }

    /// How many accounts signed up less than a window before `time`; never more than `capacity`. Later ones count, too:
    /// events may come a little out of order.
    package func accounts(at time: Int64, window: Int64) -> Int {
        signups.count {
            let (age, overflow) = time.subtractingReportingOverflow($0.at)
            return overflow ? time < $0.at : age < window
        }
    }
}

extension AddressSignups {
    private static let version: UInt8 = 1

    /// Version, last position, count, then for each signup the time relative to the one before and the account.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 24 + signups.count * 10)
        writer.varint(lastEntry.milliseconds)
        writer.varint(lastEntry.sequence)
        writer.varint(UInt64(signups.count))
        var before: Int64 = 0
        for signup in signups {
            writer.signed(signup.at &- before)
            writer.varint(UInt64(signup.account))
            before = signup.at
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        var before: Int64 = 0
        for index in 0..<(try reader.count(atMost: Self.capacity)) {
            let at = before &+ (try reader.signed())
            guard index == 0 || at >= before else { throw .malformed("signups out of order") }
            let account = try reader.varint()
            guard account <= UInt64(UInt32.max) else { throw .malformed("an account of more than 32 bits") }
            signups.append(Signup(at: at, account: UInt32(account)))
            before = at
        }
        try reader.finish()
    }
}
