import SentinelCore
import SentinelDaemon
import SentinelEngine
import Testing

struct FilterTableTests {
    private func entry(_ subject: String, _ mark: BlockMark) -> FilterTable.Entry? {
        FilterTable.Entry(try! Subject(printable: subject), mark)
    }

    @Test func `a block makes the set of its length, once, and an element with the time left`() throws {
        var table = FilterTable(name: "t")
        _ = table.begin("")
        let first = table.commands(
            try #require(entry("net:203.0.113.0/24", BlockMark(.block, until: 61_001))), at: 1_000)
        #expect(
            first == """
                add set inet t block4_24_a { type ipv4_addr; flags timeout; }
                add rule inet t blocked_a ip saddr & 255.255.255.0 @block4_24_a counter drop
                add element inet t block4_24_a { 203.0.113.0 }
                delete element inet t block4_24_a { 203.0.113.0 }
                add element inet t block4_24_a { 203.0.113.0 timeout 61s }

                """)
        let second = table.commands(
            try #require(entry("net:198.51.100.0/24", BlockMark(.block, until: nil))), at: 1_000)
        #expect(!second.contains("add set"))
        #expect(second.hasSuffix("add element inet t block4_24_a { 198.51.100.0 }\n"))
        let whole = table.commands(try #require(entry("ip:2001:db8::1", BlockMark(.block, until: nil))), at: 1_000)
        #expect(whole.contains("add rule inet t blocked_a ip6 saddr @block6_128_a counter drop\n"))
    }

    @Test func `challenges and users are beyond a packet filter, and a block that becomes a challenge goes`() throws {
        var table = FilterTable(name: "t")
        #expect(entry("user:eve", BlockMark(.block, until: nil)) == nil)
        let challenge = try #require(entry("ip:192.0.2.1", BlockMark(.challenge, until: nil)))
        #expect(table.commands(challenge, at: 0) == "")
        _ = table.commands(try #require(entry("ip:192.0.2.1", BlockMark(.block, until: nil))), at: 0)
        #expect(
            table.commands(challenge, at: 0)
                == "add element inet t block4_32_a { 192.0.2.1 }\ndelete element inet t block4_32_a { 192.0.2.1 }\n")
    }

    /// As nftables lists a table: with tabs, and rules inside.
    private func listing(_ generation: String) -> String {
        """
        table inet t {
        \tset block4_32_\(generation) {
        \t\ttype ipv4_addr
        \t}
        \tchain allowed_\(generation) {
        \t}
        \tchain blocked_\(generation) {
        \t\tip saddr @block4_32_\(generation) counter packets 0 bytes 0 drop
        \t}
        \tchain input {
        \t\ttype filter hook input priority -300; policy accept;
        \t\tjump allowed_\(generation)
        \t\tjump blocked_\(generation)
        \t}
        }

        """
    }

    @Test func `everything anew comes up beside what filters, and takes over in one go`() {
        var table = FilterTable(name: "t")
        let beside = table.begin(listing("a"))
        #expect(beside == "add table inet t\nadd chain inet t allowed_b\nadd chain inet t blocked_b\n")
        let turn = table.takeOver(listing("a"))
        #expect(turn.contains("flush chain inet t input\nadd rule inet t input jump allowed_b\n"))
        #expect(
            turn.hasSuffix(
                """
                flush chain inet t allowed_a
                flush chain inet t blocked_a
                delete chain inet t allowed_a
                delete chain inet t blocked_a
                delete set inet t block4_32_a

                """))
        #expect(table.begin(listing("b")).contains("add chain inet t blocked_a\n"))
    }

    @Test func `what was begun and not ended is deleted, and a table of an earlier release is taken over`() {
        var table = FilterTable(name: "t")
        let rest = "\tset block4_24_b {\n\t}\n\tchain blocked_b {\n\t}\n"
        #expect(
            table.begin(listing("a") + rest).hasPrefix(
                """
                add table inet t
                flush chain inet t blocked_b
                delete chain inet t blocked_b
                delete set inet t block4_24_b
                add chain
                """))
        let old = listing("").replacing("_\n", with: "\n").replacing("_ ", with: " ")
        #expect(!table.begin(old).contains("hook"))
        #expect(table.takeOver(old).hasSuffix("delete chain inet t blocked\ndelete set inet t block4_32\n"))
    }

    @Test func `where nothing filters yet, each block counts at once`() {
        var table = FilterTable(name: "t")
        #expect(table.begin("").contains("hook input"))
    }
}
