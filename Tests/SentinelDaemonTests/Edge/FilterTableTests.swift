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
        _ = table.reset()
        let first = table.commands(
            try #require(entry("net:203.0.113.0/24", BlockMark(.block, until: 61_001))), at: 1_000)
        #expect(
            first == """
                add set inet t block4_24 { type ipv4_addr; flags timeout; }
                add rule inet t blocked ip saddr & 255.255.255.0 @block4_24 counter drop
                add element inet t block4_24 { 203.0.113.0 }
                delete element inet t block4_24 { 203.0.113.0 }
                add element inet t block4_24 { 203.0.113.0 timeout 61s }

                """)
        let second = table.commands(
            try #require(entry("net:198.51.100.0/24", BlockMark(.block, until: nil))), at: 1_000)
        #expect(!second.contains("add set"))
        #expect(second.hasSuffix("add element inet t block4_24 { 198.51.100.0 }\n"))
        let whole = table.commands(try #require(entry("ip:2001:db8::1", BlockMark(.block, until: nil))), at: 1_000)
        #expect(whole.contains("add rule inet t blocked ip6 saddr @block6_128 counter drop\n"))
    }

    @Test func `challenges and users are beyond a packet filter, and a block that becomes a challenge goes`() throws {
        var table = FilterTable(name: "t")
        #expect(entry("user:eve", BlockMark(.block, until: nil)) == nil)
        let challenge = try #require(entry("ip:192.0.2.1", BlockMark(.challenge, until: nil)))
        #expect(table.commands(challenge, at: 0) == "")
        _ = table.commands(try #require(entry("ip:192.0.2.1", BlockMark(.block, until: nil))), at: 0)
        #expect(
            table.commands(challenge, at: 0)
                == "add element inet t block4_32 { 192.0.2.1 }\ndelete element inet t block4_32 { 192.0.2.1 }\n")
    }
}
