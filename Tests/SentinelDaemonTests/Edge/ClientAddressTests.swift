import SentinelCore
import SentinelDaemon
import Testing

struct ClientAddressTests {
    private func find(_ peer: String?, _ forwarded: String..., trusted: [String] = ["127.0.0.0/8", "10.0.0.0/8"])
        -> String?
    {
        ClientAddress.find(peer: peer, forwarded: forwarded, trusted: trusted.map { try! Network($0) })?.description
    }

    @Test func `the header of a caller who is no trusted proxy changes nothing`() {
        #expect(find("203.0.113.7", "192.0.2.1") == "203.0.113.7")
        #expect(find("203.0.113.7") == "203.0.113.7")
    }

    @Test func `of a trusted proxy's header the rightmost hop counts that no trusted proxy is`() {
        #expect(find("127.0.0.1", "192.0.2.1") == "192.0.2.1")
        #expect(find("127.0.0.1", "198.51.100.1, 192.0.2.1") == "192.0.2.1")
        #expect(find("127.0.0.1", "198.51.100.1, 192.0.2.1 ,10.0.0.5, 10.1.2.3") == "192.0.2.1")
        #expect(find("127.0.0.1", "198.51.100.1", "192.0.2.1, 10.0.0.5") == "192.0.2.1")
        #expect(find(nil, "2001:db8::1") == "2001:db8::1")
        #expect(find("10.0.0.1", "10.0.0.2") == "10.0.0.2")
    }

    @Test func `addresses with ports and brackets are addresses`() {
        #expect(find("127.0.0.1", "192.0.2.1:4711") == "192.0.2.1")
        #expect(find("127.0.0.1", "[2001:db8::1]:4711") == "2001:db8::1")
        #expect(find("127.0.0.1", "[2001:db8::1]") == "2001:db8::1")
        #expect(find("127.0.0.1", "::ffff:192.0.2.1") == "192.0.2.1")
    }

    @Test func `what stands left of something that is no address is not believed`() {
        #expect(find("127.0.0.1", "192.0.2.1, unknown") == "127.0.0.1")
        #expect(find("127.0.0.1", "192.0.2.1, , 10.0.0.5") == "10.0.0.5")
        #expect(find("127.0.0.1", "192.0.2.1,") == "127.0.0.1")
        #expect(find(nil, "[") == nil)
        #expect(find(nil, "1.2.3.4%eth0") == nil)
        #expect(find(nil) == nil)
        #expect(find("not an address") == nil)
    }
}
