/// Marks on subjects of every type: addresses and networks of any length by prefix, all others by name.
///
/// Of other names it keeps a keyed hash of 128 bits (``SipHash``) instead of the bytes: each costs the same however long it
/// is, nobody can make two of them meet, and a snapshot on disk names no user.
package struct SubjectMarks: Sendable {
    private var v4 = PrefixTree<UInt32>()
    private var v6 = PrefixTree<UInt128>()
    private var names = PrefixTree<UInt128>()
    private let key: SipHash.Key
    private var swept = (v4: 0, v6: 0, names: 0)

    /// More are not taken: it bounds memory to some GB, and node numbers to 32 bits.
    package static let most = 20_000_000

    package init(key: SipHash.Key) {
        self.key = key
    }

    package var count: Int { v4.count + v6.count + names.count }

    /// Bytes that all of it takes.
    package var bytes: Int { v4.bytes + v6.bytes + names.bytes }

    /// The mark of the narrowest network around the address, or of itself, that is active.
    package func mark(_ address: IPAddress, at now: Int64) -> BlockMark? {
        address.family == .v4
            ? v4.longest(UInt32(truncatingIfNeeded: address.bits), at: now) : v6.longest(address.bits, at: now)
    }

    /// The active mark of a subject that is no address.
    package func mark(named subject: Subject, at now: Int64) -> BlockMark? {
        names.count == 0 ? nil : names.longest(SipHash.hash(subject.bytes, key: key), at: now)
    }

    /// Marks a subject, in place of its old mark. False when there is no room.
    @discardableResult
    package mutating func set(_ subject: Subject, _ mark: BlockMark) -> Bool {
        guard count < Self.most else { return false }
        guard let network = Self.network(of: subject) else {
            names.set(SipHash.hash(subject.bytes, key: key), 128, mark)
            return true
        }
        set(network, mark)
        return true
    }

    private mutating func set(_ network: Network, _ mark: BlockMark) {
        switch network.base.family {
        case .v4: v4.set(UInt32(truncatingIfNeeded: network.base.bits), network.length, mark)
        case .v6: v6.set(network.base.bits, network.length, mark)
        }
    }

    package mutating func remove(_ subject: Subject) {
        guard let network = Self.network(of: subject) else {
            names.remove(SipHash.hash(subject.bytes, key: key), 128)
            return
        }
        switch network.base.family {
        case .v4: v4.remove(UInt32(truncatingIfNeeded: network.base.bits), network.length)
        case .v6: v6.remove(network.base.bits, network.length)
        }
    }

    /// Takes out marks that are over, looking at so many places of each kind; goes round with every call.
    package mutating func sweep(atMost limit: Int, at now: Int64) {
        swept.v4 = v4.sweep(from: swept.v4, atMost: limit, at: now)
        swept.v6 = v6.sweep(from: swept.v6, atMost: limit, at: now)
        swept.names = names.sweep(from: swept.names, atMost: limit, at: now)
    }

    /// The network that an `ip:` or `net:` subject names; nil for every other subject.
    package static func network(of subject: Subject) -> Network? {
        switch subject.type {
        case "ip": (try? IPAddress(parsing: subject.id)).map { $0.prefix($0.family.width) }
        case "net": try? Network(parsing: subject.id, masksHostBits: true)
        default: nil
        }
    }

    // MARK: Snapshots

    /// Where a listing is; begins at zero.
    package struct Place: Sendable, Equatable {
        var kind: UInt8 = 0
        var index = 0

        package init() {}
    }

    /// Appends the marks at up to so many places; nil when that was all. What changes between two calls may be missing,
    /// or be there; what does not change is there.
    package func write(from place: Place, atMost limit: Int, to bytes: inout [UInt8]) -> Place? {
        var place = place
        switch place.kind {
        case 0: Self.write(v4, 4, &place, limit, &bytes)
        case 1: Self.write(v6, 16, &place, limit, &bytes)
        default: Self.write(names, 16, &place, limit, &bytes)
        }
        return place.kind > 2 ? nil : place
    }

    /// kind, length, bits, mark: 22 or 34 bytes.
    private static func write<Bits>(
        _ tree: PrefixTree<Bits>, _ width: Int, _ place: inout Place, _ limit: Int, _ bytes: inout [UInt8]
    ) {
        let end = min(tree.places, place.index + limit)
        for index in stride(from: place.index, to: end, by: 1) {
            guard let entry = tree.entry(at: index) else { continue }
            bytes.append(place.kind)
            bytes.append(UInt8(entry.length))
            withUnsafeBytes(of: entry.bits.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: entry.mark.word.littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: entry.mark.packedRef.littleEndian) { bytes.append(contentsOf: $0) }
        }
        place.index = end
        if end >= tree.places {
            place.kind += 1
            place.index = 0
        }
    }

    /// Takes in what `write` made. False for anything else; what came before the fault is in.
    package mutating func read(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { raw in
            var offset = 0
            while offset < raw.count {
                guard count < Self.most, let (entry, size) = Self.entry(raw, offset) else { return false }
                switch entry.kind {
                case 0: v4.set(UInt32(truncatingIfNeeded: entry.bits), entry.length, entry.mark)
                case 1: v6.set(entry.bits, entry.length, entry.mark)
                default: names.set(entry.bits, entry.length, entry.mark)
                }
                offset += size
            }
            return true
        }
    }

    private static func entry(
        _ raw: UnsafeRawBufferPointer, _ offset: Int
    ) -> (entry: (kind: UInt8, bits: UInt128, length: Int, mark: BlockMark), size: Int)? {
        let kind = raw[offset]
        let width = kind == 0 ? 4 : 16
        let size = 2 + width + 16
        guard kind <= 2, raw.count - offset >= size else { return nil }
        let length = Int(raw[offset + 1])
        guard length <= 8 * width, kind < 2 || length == 128 else { return nil }
        func word(_ place: Int) -> UInt64 {
            UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset + place, as: UInt64.self))
        }
        let bits =
            kind == 0
            ? UInt128(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: offset + 2, as: UInt32.self)))
            : UInt128(word(10)) << 64 | UInt128(word(2))
        guard let mark = BlockMark(word: word(2 + width), packedRef: word(10 + width)) else { return nil }
        return ((kind, bits, length, mark), size)
    }

}
