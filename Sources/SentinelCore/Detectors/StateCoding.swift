/// Why stored detector state cannot be read.
package enum StateDecodingError: Error, Equatable, CustomStringConvertible {
    /// Written by a release that knows another layout.
    case unknownVersion(UInt8)
    /// Bytes are missing at the end.
    case truncated
    /// The bytes are not what the encoder writes; the text says where.
    case malformed(String)

    package var description: String {
        switch self {
        case .unknownVersion(let version): "state has the unknown version \(version)"
        case .truncated: "state ends too early"
        case .malformed(let what): "state is malformed: \(what)"
        }
    }
}

/// Writes detector state: bytes, little-endian words, and LEB128 variable-length integers.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    init(version: UInt8, capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(version)
    }

    mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func word(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Seven bits a byte, lowest first, the top bit set on all bytes but the last.
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func signed(_ value: Int64) {
        varint(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func run(_ value: [UInt8]) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }
}

/// Reads what `StateWriter` wrote. Every read is checked: foreign bytes throw, they never trap.
struct StateReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8], version: UInt8) throws(StateDecodingError) {
        self.bytes = bytes
        let found = try byte()
        guard found == version else { throw .unknownVersion(found) }
    }

    mutating func byte() throws(StateDecodingError) -> UInt8 {
        guard offset < bytes.count else { throw .truncated }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func word() throws(StateDecodingError) -> UInt64 {
        guard bytes.count - offset >= 8 else { throw .truncated }
        defer { offset += 8 }
        return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }

    mutating func varint() throws(StateDecodingError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw .malformed("a number of more than 64 bits") }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
        }
        throw .malformed("a number of more than 64 bits")
    }

    mutating func signed() throws(StateDecodingError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A count or length that may be at most `limit`.
    mutating func count(atMost limit: Int) throws(StateDecodingError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw .malformed("\(value) items where \(limit) are allowed") }
        return Int(value)
    }

    mutating func run(atMost limit: Int) throws(StateDecodingError) -> [UInt8] {
        let count = try count(atMost: limit)
        guard bytes.count - offset >= count else { throw .truncated }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// Every byte must have been read.
    func finish() throws(StateDecodingError) {
        guard offset == bytes.count else { throw .malformed("\(bytes.count - offset) bytes too many") }
    }
}
