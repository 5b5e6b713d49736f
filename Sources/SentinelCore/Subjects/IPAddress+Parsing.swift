extension IPAddress {
    /// What is wrong with the text of an address.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case empty
        case tooLong
        /// A byte that no address holds.
        case badByte(UInt8)
        /// An IPv4 part that is not four numbers 0…255.
        case badIPv4
        /// An IPv4 number such as `010`: some programs read it as octal, so it could mean two addresses.
        case leadingZero
        /// An IPv6 group of more than four digits, too many or too few groups, or a stray colon.
        case badIPv6
        /// `fe80::1%eth0`: a zone has a meaning on one machine only.
        case zone

        package var description: String {
            switch self {
            case .empty: "the address is empty"
            case .tooLong: "the text is too long for an address"
            case .badByte(let byte): "the byte \(PercentEncoding.encode([byte])) does not belong into an address"
            case .badIPv4: "an IPv4 address is four numbers from 0 to 255 with dots between"
            case .leadingZero: "an IPv4 address with leading zeros is ambiguous"
            case .badIPv6:
                "an IPv6 address is eight groups of up to four hexadecimal digits, :: once for zeros left out"
            case .zone: "an address with a zone (%) has a meaning on one machine only"
            }
        }
    }

    /// The longest text: `0000:0000:0000:0000:0000:ffff:255.255.255.255`.
    private static let maximumBytes = 45

    package init(_ text: String) throws(Invalid) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Reads strict dotted IPv4, or any form of IPv6 of RFC 4291, section 2.2.
    package init(parsing bytes: [UInt8]) throws(Invalid) {
        try self.init(parsing: bytes[...])
    }

    package init(parsing bytes: ArraySlice<UInt8>) throws(Invalid) {
        guard !bytes.isEmpty else { throw .empty }
        if bytes.contains(UInt8(ascii: "%")) { throw .zone }
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        if let foreign = bytes.first(where: { !Self.belongs($0) }) { throw .badByte(foreign) }
        if bytes.contains(UInt8(ascii: ":")) {
            self.init(v6: try Self.v6(bytes))
        } else {
            self.init(v4: try Self.v4(bytes))
        }
    }

    private static func belongs(_ byte: UInt8) -> Bool {
        hexValue(byte) != nil || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
    }

    private static func hexValue(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func v4(_ bytes: ArraySlice<UInt8>) throws(Invalid) -> UInt32 {
        guard bytes.count(where: { $0 == UInt8(ascii: ".") }) == 3 else { throw .badIPv4 }
        var bits: UInt32 = 0
        var rest = bytes
        for _ in 0..<4 {
            let number = rest[..<(rest.firstIndex(of: UInt8(ascii: ".")) ?? rest.endIndex)]
            rest = rest[number.endIndex...].dropFirst()
            guard (1...3).contains(number.count) else { throw .badIPv4 }
            var value: UInt32 = 0
            for digit in number {
                guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { throw .badIPv4 }
                value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard value <= 255 else { throw .badIPv4 }
            guard number.count == 1 || number.first != UInt8(ascii: "0") else { throw .leadingZero }
            bits = bits << 8 | value
        }
        return bits
    }

    private static func v6(_ bytes: ArraySlice<UInt8>) throws(Invalid) -> UInt128 {
        guard let gap = doubleColon(in: bytes[...]) else {
            let groups = try groups(bytes)
            guard groups.count == 8 else { throw .badIPv6 }
            return number(groups)
        }
        // A second `::`, or `:::`, leaves an empty group on one side and is refused there.
        let tail = bytes[(gap + 2)...]
        let high = try gap == bytes.startIndex ? [] : groups(bytes[..<gap], isLast: false)
        let low = try tail.isEmpty ? [] : groups(tail)
        guard high.count + low.count < 8 else { throw .badIPv6 }
        return number(high + Array(repeating: 0, count: 8 - high.count - low.count) + low)
    }

    private static func doubleColon(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: ":") }
    }

    /// The groups between single colons; an address may end in a dotted IPv4 part, which makes two.
    private static func groups(_ bytes: ArraySlice<UInt8>, isLast: Bool = true) throws(Invalid) -> [UInt16] {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                let embedded = try v4(part)
                groups += [UInt16(embedded >> 16), UInt16(embedded & 0xFFFF)]
                continue
            }
            guard (1...4).contains(part.count) else { throw .badIPv6 }
            var group: UInt16 = 0
            for digit in part {
                guard let value = hexValue(digit) else { throw .badIPv6 }
                group = group << 4 | value
            }
            groups.append(group)
        }
        return groups
    }

    private static func number(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }
}
