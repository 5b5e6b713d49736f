import Testing

@testable import SentinelCore

struct NetworkTests {
    @Test(arguments: [
        ("203.0.113.0/24", "203.0.113.0/24"), ("203.0.113.7", "203.0.113.7/32"), ("203.0.113.6/31", "203.0.113.6/31"),
        ("2001:DB8::/32", "2001:db8::/32"), ("::1", "::1/128"), ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ])
    func `a network has one text`(text: String, canonical: String) throws {
        #expect(try Network(text).description == canonical)
    }

    @Test(arguments: [
        ("203.0.113.0/33", Network.Invalid.badLength(maximum: 32)), ("203.0.113.0/", .badLength(maximum: 32)),
        ("203.0.113.0/-1", .badLength(maximum: 32)), ("203.0.113.0/024", .badLength(maximum: 32)),
        ("203.0.113.0/1x", .badLength(maximum: 32)), ("::/129", .badLength(maximum: 128)),
        ("::/9999", .badLength(maximum: 128)),
        ("::ffff:0.0.0.0/90", .badLength(maximum: 128)), ("/24", .address(.empty)), ("1.2.3/8", .address(.badIPv4)),
        ("1.2.3.4/8/8", .badLength(maximum: 32)),
    ])
    func `a bad network is refused by name`(text: String, reason: Network.Invalid) {
        #expect(throws: reason) { try Network(text) }
    }

    @Test func `bits behind the prefix are refused with the right form, or masked on request`() throws {
        let right = try Network("203.0.113.0/24")
        #expect(throws: Network.Invalid.hostBits(right)) { try Network("203.0.113.7/24") }
        #expect(Network.Invalid.hostBits(right).description.hasSuffix("the network is 203.0.113.0/24"))
        #expect(try Network("203.0.113.7/24", masksHostBits: true) == right)
    }

    @Test(arguments: [
        ("203.0.113.0/24", "203.0.113.255", true), ("203.0.113.0/24", "203.0.114.0", false),
        ("0.0.0.0/0", "1.2.3.4", true),
        ("0.0.0.0/0", "::1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::", false),
        ("::/0", "ffff::", true), ("::/0", "1.2.3.4", false), ("203.0.113.7/32", "203.0.113.7", true),
        ("::1/128", "::2", false),
    ])
    func `a network contains the addresses of its prefix`(network: String, address: String, isInside: Bool) throws {
        #expect(try Network(network).contains(IPAddress(address)) == isInside)
    }

    @Test func `the prefix of an address is the network it lies in`() throws {
        #expect(try IPAddress("203.0.113.7").prefix(20).description == "203.0.112.0/20")
        #expect(try IPAddress("2001:db8:1:2:3::").prefix(64).description == "2001:db8:1:2::/64")
        #expect(try IPAddress("203.0.113.7").prefix(0).description == "0.0.0.0/0")
        #expect(try IPAddress("203.0.113.7").prefix(99).description == "203.0.113.7/32")
    }

    @Test(arguments: [
        ("0.0.0.0/0", true), ("8.0.0.0/6", true), ("10.1.0.0/16", true), ("8.8.8.0/24", false), ("::/0", true),
        ("2000::/3", false),
    ])
    func `an importer sees that a network holds private addresses`(network: String, isOverlapping: Bool) throws {
        #expect(try Network(network).overlapsPrivate == isOverlapping)
    }

    @Test func `random bytes never trap`() throws {
        var random = SplitMix(seed: 5)
        for _ in 0..<5_000 {
            guard let network = try? Network(parsing: random.bytes(0...24, bias: "01:./f2:"), masksHostBits: true)
            else { continue }
            #expect(try Network(network.description) == network)
        }
    }
}
