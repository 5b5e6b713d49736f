/// An IPv4 or IPv6 address. An IPv4 address that is mapped into IPv6 (`::ffff:a.b.c.d`) is that IPv4 address.
package struct IPAddress: Sendable, Hashable {
    package enum Family: Sendable, Hashable {
        case v4
        case v6

        /// How many bits an address has: 32 or 128.
        package var width: Int { self == .v4 ? 32 : 128 }
    }

    package let family: Family
    /// The address as a number; of IPv4 in the low 32 bits.
    package let bits: UInt128

    private init(family: Family, bits: UInt128) {
        self.family = family
        self.bits = bits
    }

    package init(v4 bits: UInt32) {
        self.init(family: .v4, bits: UInt128(bits))
    }

    /// The address of these bits, or the IPv4 address that is mapped in them (RFC 4291, section 2.5.5.2).
    package init(v6 bits: UInt128) {
        if bits >> 32 == 0xFFFF {
            self.init(v4: UInt32(truncatingIfNeeded: bits))
        } else {
            self.init(family: .v6, bits: bits)
        }
    }

    /// The network of the first `length` bits that the address lies in. Lengths beyond the family's width count as full.
    package func prefix(_ length: Int) -> Network {
        Network(masking: self, length: length)
    }

    /// Whether the address cannot belong to one client on the public Internet: private use (RFC 1918, RFC 4193), shared by
    /// a carrier (RFC 6598), loopback, link-local, unspecified, multicast, reserved. Blocking one would block one's own.
    package var isPrivate: Bool {
        Network.privateUse.contains { $0.contains(self) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The one canonical text: dotted IPv4; IPv6 by RFC 5952 (lower case, no leading zeros, the longest run of zeros as
    /// `::`, the first of equal runs, never a single one), always in hexadecimal groups.
    package var description: String {
        switch family {
        case .v4: (0..<4).map { String(bits >> UInt128(24 - 8 * $0) & 0xFF) }.joined(separator: ".")
        case .v6: Self.compressed((0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) })
        }
    }

    private static func compressed(_ groups: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start > max(1, longest.count) { longest = start..<end }
            start = max(end, start + 1)
        }
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !longest.isEmpty else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
