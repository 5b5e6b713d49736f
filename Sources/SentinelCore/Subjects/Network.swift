/// All addresses that share their first bits, in CIDR notation (RFC 4632): `203.0.113.0/24`, `2001:db8::/32`.
package struct Network: Sendable, Hashable {
    /// The lowest address: all bits behind the prefix are zero.
    package let base: IPAddress
    /// How many bits are shared: 0…32 or 0…128.
    package let length: Int

    /// What is wrong with the text of a network.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case address(IPAddress.Invalid)
        /// What stands behind the slash is not a number from 0 to this.
        case badLength(maximum: Int)
        /// The address has bits behind the prefix; the network it lies in is named.
        case hostBits(Network)

        package var description: String {
            switch self {
            case .address(let reason): reason.description
            case .badLength(let maximum): "the prefix length behind the slash is a number from 0 to \(maximum)"
            case .hostBits(let network): "the address has bits set behind the prefix; the network is \(network)"
            }
        }
    }

    /// The network of this length that the address lies in. Lengths are held to 0…the family's width.
    package init(masking address: IPAddress, length: Int) {
        let width = address.family.width
        self.length = min(max(length, 0), width)
        let kept = address.bits & Self.mask(length: self.length, width: width)
        // Shortening an address never maps it: a mapped IPv4 is held as IPv4 already.
        base = address.family == .v4 ? IPAddress(v4: UInt32(truncatingIfNeeded: kept)) : IPAddress(v6: kept)
    }

    package init(_ text: String, masksHostBits: Bool = false) throws(Invalid) {
        try self.init(parsing: Array(text.utf8), masksHostBits: masksHostBits)
    }

    /// Reads `address/length`, or a bare address as the network of that one address.
    ///
    /// - Parameter masksHostBits: whether `203.0.113.7/24` is taken for `203.0.113.0/24` instead of refused.
    package init(parsing bytes: [UInt8], masksHostBits: Bool = false) throws(Invalid) {
        let slash = bytes.firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
        let address: IPAddress
        do throws(IPAddress.Invalid) {
            address = try IPAddress(parsing: bytes[..<slash])
        } catch {
            throw .address(error)
        }
        guard slash < bytes.endIndex else {
            self.init(masking: address, length: address.family.width)
            return
        }
        // An IPv4 address that was written in IPv6 has its length counted in IPv6: ::ffff:203.0.113.0/120 is a /24.
        let isMapped = address.family == .v4 && bytes[..<slash].contains(UInt8(ascii: ":"))
        let offset = isMapped ? 96 : 0
        let maximum = address.family.width + offset
        guard let length = Self.length(bytes[(slash + 1)...]), length <= maximum, length >= offset else {
            throw .badLength(maximum: maximum)
        }
        self.init(masking: address, length: length - offset)
        if !masksHostBits, base != address { throw .hostBits(self) }
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.family == base.family else { return false }
        return address.bits & Self.mask(length: length, width: base.family.width) == base.bits
    }

    package func contains(_ other: Network) -> Bool {
        other.length >= length && contains(other.base)
    }

    /// Whether any address of the network is private (see `IPAddress.isPrivate`): an importer must not block it whole.
    package var overlapsPrivate: Bool {
        Self.privateUse.contains { $0.contains(self) || self.contains($0) }
    }

    /// The networks behind `IPAddress.isPrivate`: IANA's special-purpose registries, less those meant for documentation.
    static let privateUse: [Network] = [
        v4(0, 0, 0, 0, 8), v4(10, 0, 0, 0, 8), v4(100, 64, 0, 0, 10), v4(127, 0, 0, 0, 8), v4(169, 254, 0, 0, 16),
        v4(172, 16, 0, 0, 12), v4(192, 168, 0, 0, 16), v4(224, 0, 0, 0, 4), v4(240, 0, 0, 0, 4),
        v6(0, 128), v6(1, 128), v6(0xFC00 << 112, 7), v6(0xFE80 << 112, 10), v6(0xFF00 << 112, 8),
    ]

    private static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ length: Int) -> Network {
        Network(masking: IPAddress(v4: a << 24 | b << 16 | c << 8 | d), length: length)
    }

    private static func v6(_ bits: UInt128, _ length: Int) -> Network {
        Network(masking: IPAddress(v6: bits), length: length)
    }

    private static func mask(length: Int, width: Int) -> UInt128 {
        length == 0 ? 0 : UInt128.max >> UInt128(128 - width) & (.max << UInt128(width - length))
    }

    /// One to three digits without a leading zero.
    private static func length(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}

extension Network: CustomStringConvertible {
    /// Canonical text; the network of a single address is written as `address/32` or `address/128`.
    package var description: String {
        "\(base)/\(length)"
    }
}
