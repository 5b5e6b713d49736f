/// Where a user's recent events came from: the stays in one network after another, newest last. Bounded: at most about
/// 500 bytes encoded.
package struct AddressTrail: Sendable, Equatable {
    /// Where an address lies: hashes of its network and of the block around it.
    package struct Place: Sendable, Hashable {
        /// Of the /24, or the /48 of IPv6: one household, office, or carrier's pool.
        package var network: UInt32
        /// Of the /16, or the /32 of IPv6: mostly one provider.
        package var block: UInt32

        package init(network: UInt32, block: UInt32) {
            self.network = network
            self.block = block
        }

        package init(_ address: IPAddress) {
            let lengths = address.family == .v4 ? (24, 16) : (48, 32)
            network = Self.hash(address.prefix(lengths.0))
            block = Self.hash(address.prefix(lengths.1))
        }

        private static func hash(_ network: Network) -> UInt32 {
            var bytes = InlineArray<17, UInt8>(repeating: UInt8(network.length))
            for place in 0..<16 { bytes[place + 1] = UInt8(truncatingIfNeeded: network.base.bits >> (8 * place)) }
            return UInt32(truncatingIfNeeded: StableHash.of(bytes.span.bytes))
        }
    }

    /// Events in a row from one place.
    package struct Stay: Sendable, Equatable {
        package var place: Place
        /// Ms since 1970; of the first and the last event.
        package var first: Int64
        package var last: Int64
        package var events: UInt32
    }

    /// How many stays are kept.
    package static let capacity = 24

    /// Oldest first.
    package private(set) var stays: [Stay] = []
    /// The log position applied last; the caller sets it and asks it before an `append`.
    package var lastEntry = LogPosition.start

    package init() {}

    /// Takes in an event; the order is that of the log, and one that comes late counts as of now.
    package mutating func append(_ place: Place, at time: Int64) {
        let time = max(time, stays.last?.last ?? .min)
        if let last = stays.indices.last, stays[last].place == place {
            stays[last].last = time
            if stays[last].events < .max { stays[last].events += 1 }
            return
        }
        stays.append(Stay(place: place, first: time, last: time, events: 1))
        if stays.count > Self.capacity { stays.removeFirst() }
    }

    /// The stays that ended less than a window before `time`.
    package func recent(at time: Int64, window: Int64) -> ArraySlice<Stay> {
        let start = stays.firstIndex {
            let (age, overflow) = time.subtractingReportingOverflow($0.last)
            return overflow ? time < $0.last : age < window
        }
        return stays[(start ?? stays.endIndex)...]
    }
}

extension AddressTrail {
    private static let version: UInt8 = 1

    /// Version, last position, count, then for each stay its place, its times relative to the ones before, its events.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 24 + stays.count * 20)
        writer.varint(lastEntry.milliseconds)
        writer.varint(lastEntry.sequence)
        writer.varint(UInt64(stays.count))
        var before: Int64 = 0
        for stay in stays {
            writer.varint(UInt64(stay.place.network))
            writer.varint(UInt64(stay.place.block))
            writer.signed(stay.first &- before)
            writer.signed(stay.last &- stay.first)
            writer.varint(UInt64(stay.events))
            before = stay.last
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        var before: Int64 = 0
        for index in 0..<(try reader.count(atMost: Self.capacity)) {
            let place = Place(network: try Self.word(&reader), block: try Self.word(&reader))
            let first = before &+ (try reader.signed())
            let last = first &+ (try reader.signed())
            guard index == 0 || first >= before, last >= first else { throw .malformed("stays out of order") }
            guard stays.last?.place != place else { throw .malformed("two stays where one is") }
            let events = try Self.word(&reader)
            guard events > 0 else { throw .malformed("a stay without events") }
            stays.append(Stay(place: place, first: first, last: last, events: events))
            before = last
        }
        try reader.finish()
    }

    private static func word(_ reader: inout StateReader) throws(StateDecodingError) -> UInt32 {
        let value = try reader.varint()
        guard value <= UInt64(UInt32.max) else { throw .malformed("a number of more than 32 bits") }
        return UInt32(value)
    }
}
