import Testing

@testable import SentinelCore

struct BaseRulesTests {
    private let minute: Int64 = 60_000

    private func flags(_ events: [Event]) -> [String: Set<String>] {
        var rules = BaseRules()
        for event in events { rules.judge(event) }
        return Dictionary(uniqueKeysWithValues: rules.flags.map { (String(decoding: $0.key, as: UTF8.self), $0.value) })
    }

    private func event(
        _ at: Int64, _ kind: String = "content", _ user: String = "u", ip: String? = nil, text: String? = nil,
        created: Int64? = nil
    ) -> Event {
        Event(
            at: at, kind: kind, user: Array(user.utf8), ip: ip.map { Array($0.utf8) },
            text: text.map { Array($0.utf8) },
            created: created)
    }

    @Test func `the twenty-first content within an hour is too much, spread out it is not`() {
        // Uneven steps, or it would be clockwork too.
        let steps = (0..<21).map { Int64($0) * minute + Int64($0 * $0 % 7) * 20_000 }
        #expect(flags(steps.prefix(20).map { event($0) }).isEmpty)
        #expect(flags(steps.map { event($0) }) == ["user:u": ["rapid_content_creation"]])
        #expect(flags(steps.map { event($0 * 4) }).isEmpty)
    }

    @Test func `ten posts at equal intervals are a machine's`() {
        let posts = (0..<10).map { event(Int64($0) * 10 * minute) }
        #expect(flags(Array(posts.dropLast())).isEmpty)
        #expect(flags(posts) == ["user:u": ["bot_behavior"]])
    }

    @Test func `the same long text by two users within a day flags the second`() {
        let text = "Buy cheap watches here now"
        let day: Int64 = 86_400_000
        #expect(
            flags([
                event(0, "content", "a", text: text),
                event(day - 1, "content", "b", text: "BUY  cheap watches, here now!"),
            ])
                == ["user:b": ["duplicate_content"]])
        #expect(flags([event(0, "content", "a", text: text), event(day, "content", "b", text: text)]).isEmpty)
        #expect(flags([event(0, "content", "a", text: "thanks"), event(1, "content", "b", text: "thanks")]).isEmpty)
    }

    @Test func `four accounts on an address, or six addresses of a user, are too many`() {
        let accounts = (0..<4).map { event(Int64($0), "login", "u\($0)", ip: "192.0.2.1") }
        #expect(flags(Array(accounts.dropLast())).isEmpty)
        #expect(flags(accounts) == ["ip:192.0.2.1": ["multiple_accounts_same_ip"]])
        let addresses = (0..<6).map { event(Int64($0), "login", ip: "192.0.2.\($0)") }
        #expect(flags(Array(addresses.dropLast())).isEmpty)
        #expect(flags(addresses) == ["user:u": ["ip_rotation"]])
    }

    @Test func `a first post within a minute of the creation is hasty, a later one is not`() {
        #expect(flags([event(minute, created: 0)]) == ["user:u": ["bot_behavior"]])
        #expect(flags([event(minute + 1, created: 0)]).isEmpty)
    }

    @Test func `nonsense times never trap`() {
        let times: [Int64] = [.max, .min, 0, -1, .max, .min]
        _ = flags(
            times.flatMap { time in
                ["content", "message"].map {
                    event(time, $0, ip: "192.0.2.1", text: "a text that is long enough", created: time &- 1)
                }
            })
    }
}
