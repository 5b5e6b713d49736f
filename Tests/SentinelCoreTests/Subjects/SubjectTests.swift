import Testing

@testable import SentinelCore

struct SubjectTests {
    @Test func `a subject is taken apart at its first colon`() throws {
        let subject = try Subject(parsing: Array("user:a:b{c}\n\0".utf8))
        #expect(subject.type == "user")
        #expect(subject.id == Array("a:b{c}\n\0".utf8))
        #expect(subject.bytes == Array("user:a:b{c}\n\0".utf8))
    }

    @Test(arguments: [
        ("user", Subject.Invalid.noColon), ("", .noColon), (":x", .badType), ("User:x", .badType), ("1a:x", .badType),
        ("a-b:x", .badType), ("ü:x", .badType), (String(repeating: "a", count: 33) + ":x", .badType),
        ("user:", .emptyId),
        ("user:" + String(repeating: "x", count: 257), .longId(257)),
    ])
    func `a bad subject is refused by name`(text: String, reason: Subject.Invalid) {
        #expect(throws: reason) { try Subject(parsing: Array(text.utf8)) }
        #expect(!reason.description.isEmpty)
    }

    @Test func `the longest type and id are allowed`() throws {
        let text = String(repeating: "a", count: 32) + ":" + String(repeating: "x", count: 256)
        #expect(try Subject(parsing: Array(text.utf8)).bytes.count == 289)
    }

    @Test(arguments: [
        (Array("user:jörg müller".utf8), "user:jörg müller"),
        (Array("user:100%".utf8), "user:100%25"),
        (Array("user:ü%".utf8), "user:%C3%BC%25"),
        (Array("user:".utf8) + [0xFF, 0x41], "user:%FFA"),
        (Array("user:a\u{1B}[31m".utf8), "user:a%1B[31m"),
        (Array("user:a\u{202E}b".utf8), "user:a%E2%80%AEb"),
        (Array("user:\0".utf8), "user:%00"),
    ])
    func `a subject is shown without harm and read back`(bytes: [UInt8], shown: String) throws {
        let subject = try Subject(parsing: bytes)
        #expect(subject.description == shown)
        #expect(try Subject(printable: shown) == subject)
    }

    @Test(arguments: ["user:%", "user:%4", "user:%zz", "user:%é"])
    func `a broken escape is refused`(text: String) {
        #expect(throws: Subject.Invalid.badEscape) { try Subject(printable: text) }
    }

    @Test func `any id is read back from what is shown of it`() throws {
        var random = SplitMix(seed: 1)
        for _ in 0..<2_000 {
            let subject = try Subject(type: "user", id: random.bytes(1...256, bias: "%\u{1B}é ab"))
            #expect(try Subject(printable: subject.description) == subject)
            #expect(try Subject(parsing: subject.bytes) == subject)
        }
    }

    @Test func `random bytes never trap`() {
        var random = SplitMix(seed: 2)
        for _ in 0..<5_000 {
            let bytes = random.bytes(0...300, bias: "user:%_09")
            if let subject = try? Subject(parsing: bytes) { #expect(subject.bytes == bytes) }
            _ = try? Subject(printable: String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: [
        ("203.0.113.7", 64, "ip:203.0.113.7"), ("2001:db8:1:2:3:4:5:6", 64, "net:2001:db8:1:2::/64"),
        ("2001:db8:1:2:3:4:5:6", 48, "net:2001:db8:1::/48"), ("2001:db8::1", 128, "ip:2001:db8::1"),
        ("::ffff:203.0.113.7", 64, "ip:203.0.113.7"), ("2001:db8::1", 500, "ip:2001:db8::1"), ("::1", -5, "net:::/1"),
    ])
    func `an address counts for itself or its network`(address: String, length: Int, subject: String) throws {
        #expect(Subject(counting: try IPAddress(address), ipv6PrefixLength: length).description == subject)
    }

    @Test func `the network of one address is an ip subject`() throws {
        #expect(Subject(of: try Network("203.0.113.7/32")).description == "ip:203.0.113.7")
        #expect(Subject(of: try Network("203.0.113.0/24")).description == "net:203.0.113.0/24")
    }
}
