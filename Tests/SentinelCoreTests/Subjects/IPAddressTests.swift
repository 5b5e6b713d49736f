import Glibc
import Testing

@testable import SentinelCore

struct IPAddressTests {
    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:0db8::0001", "2001:db8::1"), ("::", "::"), ("::1", "::1"),
        ("1::", "1::"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::ffff:203.0.113.7", "203.0.113.7"), ("::FFFF:cb00:7107", "203.0.113.7"),
        ("0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"),
        ("::1.2.3.4", "::102:304"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
    ])
    func `an address has one text`(text: String, canonical: String) throws {
        #expect(try IPAddress(text).description == canonical)
    }

    @Test(arguments: [
        ("", IPAddress.Invalid.empty), ("1.2.3", .badIPv4), ("1.2.3.4.5", .badIPv4), ("1.2.3.256", .badIPv4),
        ("1..2.3", .badIPv4),
        ("1.2.3.4444", .badIPv4), ("01.2.3.4", .leadingZero), ("1.2.3.00", .leadingZero), ("1.2.3.a", .badIPv4),
        ("1.2.3.4 ", .badByte(0x20)), ("1,2", .badByte(0x2C)), ("fe80::1%eth0", .zone), ("1:2:3:4:5:6:7", .badIPv6),
        ("1:2:3:4:5:6:7:8:9", .badIPv6), ("1::2::3", .badIPv6), (":::", .badIPv6), (":1::", .badIPv6),
        ("1:::2", .badIPv6),
        ("::12345", .badIPv6), ("1:2:3:4:5:6:7:8::", .badIPv6), ("1.2.3.4::", .badIPv6), ("::1.2.3", .badIPv4),
        ("::1.2.3.04", .leadingZero), (":", .badIPv6), ("1:", .badIPv6), (String(repeating: "0", count: 46), .tooLong),
    ])
    func `a bad address is refused by name`(text: String, reason: IPAddress.Invalid) {
        #expect(throws: reason) { try IPAddress(text) }
        #expect(!reason.description.isEmpty)
    }

    @Test func `what is taken for an address agrees with the C library`() {
        var random = SplitMix(seed: 3)
        var taken = 0
        for _ in 0..<10_000 {
            let bytes = random.bytes(1...20, bias: "01:.:f2:").filter { $0 != 0 }
            let text = String(decoding: bytes, as: UTF8.self)
            guard Array(text.utf8) == bytes else { continue }
            var raw = [UInt8](repeating: 0, count: 16)
            let family = text.contains(":") ? AF_INET6 : AF_INET
            let address = try? IPAddress(text)
            #expect((inet_pton(family, text, &raw) == 1) == (address != nil), "\(text)")
            if let address {
                taken += 1
                #expect(try! IPAddress(address.description) == address)
            }
        }
        #expect(taken > 50)
    }

    @Test func `canonical text agrees with the C library`() throws {
        var random = SplitMix(seed: 4)
        for _ in 0..<5_000 {
            // Groups of zeros are frequent, so that :: has a choice. No leading zeros: those libc may write with dots.
            let groups = (0..<8).map {
                $0 == 0 ? 1 : Bool.random(using: &random) ? 0 : UInt16.random(in: 0...0xFFFF, using: &random)
            }
            var raw = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            var text = [CChar](repeating: 0, count: 64)
            #expect(inet_ntop(AF_INET6, &raw, &text, 64) != nil)
            let address = IPAddress(v6: groups.reduce(0) { $0 << 16 | UInt128($1) })
            #expect(address.description == text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
        }
    }

    @Test(arguments: [
        "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1",
        "0.1.2.3", "224.0.0.1",
        "255.255.255.255", "::", "::1", "fc00::1", "fdff::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1",
    ])
    func `an address of one's own network is private`(text: String) throws {
        #expect(try IPAddress(text).isPrivate)
    }

    @Test(arguments: [
        "9.255.255.255", "172.32.0.1", "100.128.0.1", "203.0.113.7", "2001:db8::1", "::2", "fbff::1", "fec0::1",
    ])
    func `any other address is not`(text: String) throws {
        #expect(try !IPAddress(text).isPrivate)
    }
}
