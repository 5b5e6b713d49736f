/// Gives out addresses, no one twice: the documentation ranges first to those who ask for them (RFC 5737), then and for
/// everybody else 10/8, and 2001:db8::/32 (RFC 3849) with a /64 each. Where it begins depends on the seed, so that
/// the people of two runs seldom meet on one address.
struct AddressBook {
    private static let documentation = ["192.0.2", "198.51.100", "203.0.113"]

    private let start: UInt64
    private var documentationCount = 0
    private var count: UInt64 = 0

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        start = random.next()
    }

    /// An address that looks public.
    mutating func conspicuous() -> [UInt8] {
        guard documentationCount < 3 * 254 else { return ordinary() }
        let number = (documentationCount + Int(start % 762)) % 762
        documentationCount += 1
        return Array("\(Self.documentation[number / 254]).\(number % 254 + 1)".utf8)
    }

    mutating func ordinary() -> [UInt8] {
        count += 1
        let number = (start &+ count) & 0xFF_FFFF
        return Array("10.\(number >> 16).\(number >> 8 & 0xFF).\(number & 0xFF)".utf8)
    }

    mutating func version6() -> [UInt8] {
        count += 1
        let number = start &+ count
        // With the highest bit set no group is zero, which canonical form would write otherwise (RFC 5952).
        let groups = [number >> 15, number].map { String($0 & 0x7FFF | 0x8000, radix: 16) }
        return Array("2001:db8:\(groups[0]):\(groups[1])::1".utf8)
    }
}
