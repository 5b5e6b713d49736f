import SentinelCore
import Testing

struct SubjectLabelsTests {
    @Test func `addresses are known however they are written, and further columns do not matter`() throws {
        let labels = try read("\u{FEFF}ip,label,why\n10.0.0.1,attacker,\"a, b\"\n2001:db8::1,human,\n\n")
        #expect(labels.count == 2)
        #expect(labels.label(of: Event(kind: "x", ip: bytes("::ffff:10.0.0.1"))) == "attacker")
        #expect(labels.label(of: Event(kind: "x", ip: bytes("2001:DB8:0::1"))) == "human")
        #expect(labels.label(of: Event(kind: "x", ip: bytes("10.0.0.2"))) == nil)
        #expect(labels.label(of: Event(kind: "x", user: bytes("10.0.0.1"))) == nil)
        #expect(labels.label(of: Event(kind: "x", ip: bytes("nonsense"))) == nil)
    }

    @Test(arguments: ["user", "actor", "author"])
    func `users are known by any of their names`(column: String) throws {
        let labels = try read("label,\(column)\nspam,ada\n,bob\nham,")
        #expect(labels.count == 1)
        #expect(labels.label(of: Event(kind: "x", user: bytes("ada"), ip: bytes("10.0.0.1"))) == "spam")
        #expect(labels.label(of: Event(kind: "x", user: bytes("bob"))) == nil)
    }

    @Test func `it does not matter where a chunk ends`() throws {
        var labels = SubjectLabels()
        for byte in "user,label\nada,spam\nbob,ham".utf8 { try labels.read([byte]) }
        try labels.finish()
        #expect(labels.count == 2)
    }

    @Test(arguments: [
        ("", "line 1: there is nothing in it"), ("user,why\n", "line 1: no column is named \"label\""),
        ("label\n", "line 1: one column must say whose label it is"),
        ("user,ip,label\n", "line 1: one column must say whose label it is"),
        ("ip,label\n10.0.0.1,a\nhost,b\n", "line 3: \"host\" is no address"),
        ("ip,label\n10.0.0.1\n", "line 2: 1 fields where the header has 2"),
    ])
    func `mistakes are named with their line`(file: String, message: String) {
        #expect { try read(file) } throws: { "\($0)".hasPrefix(message) }
    }

    private func read(_ file: String) throws -> SubjectLabels {
        var labels = SubjectLabels()
        try labels.read(bytes(file))
        try labels.finish()
        return labels
    }
}
