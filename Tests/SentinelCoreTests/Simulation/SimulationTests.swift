import SentinelCore
import Testing

struct SimulationTests {
    private static let start = Timestamp(milliseconds: 1_769_817_600_000)
    private static let community = Community(try! SimulationParameters(start: start))

    @Test func `the default community has some thousand events, in order of time and within the day`() {
        let events = Self.community.events
        #expect(5000...20_000 ~= events.count)
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.at! <= $1.at! })
        #expect(events.first!.at! >= Self.start.milliseconds)
        #expect(events.last!.at! < Self.start.milliseconds + day)
        #expect(Set(events.map(\.kind)) == ["signup", "login", "content", "message", "read", "report"])
        #expect(events.filter { $0.label == "honest" }.count > events.count / 2)
        let days = events.filter { 7..<22 ~= ($0.at! - Self.start.milliseconds) / hour }
        #expect(days.count > events.count * 3 / 4)
    }

    @Test func `the same seed gives the same events, another seed other people`() throws {
        #expect(Array(Simulation(try SimulationParameters(start: Self.start))) == Self.community.events)
        let other = Community(try SimulationParameters(start: Self.start, seed: 2))
        #expect(Set(other.byUser.keys).isDisjoint(with: Self.community.byUser.keys))
    }

    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func `every abuser breaks its rule`(seed: UInt64) throws {
        let community = Community(try SimulationParameters(start: Self.start, seed: seed))
        #expect(Set(community.labels) == Set(Abuse.allCases.map(\.flag) + ["honest"]))
        for (user, events) in community.byUser {
            guard let label = events[0].label, label != "honest" else { continue }
            #expect(community.rulesBroken(by: user) == [label], "\(label) by \(text(user))")
        }
    }

    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func `no honest user breaks a rule`(seed: UInt64) throws {
        let parameters = try SimulationParameters(
            start: Self.start, people: 200, period: .seconds(86_400 * 5 / 4), seed: seed)
        let community = Community(parameters)
        var honest = 0
        for (user, events) in community.byUser where events[0].label == "honest" {
            honest += 1
            #expect(community.rulesBroken(by: user) == [], "\(text(user))")
        }
        #expect(honest > 150)
    }

    @Test func `a shorter and a longer period keep the rules, each with its abusers`() throws {
        for period in [Duration.seconds(3600), .seconds(86_400 * 3 + 5000)] {
            let community = Community(
                try SimulationParameters(start: Self.start, people: 20, period: period, abusersPerKind: 3))
            let milliseconds = period.components.seconds * 1000
            #expect(community.events.allSatisfy { 0..<milliseconds ~= $0.at! - Self.start.milliseconds })
            #expect(zip(community.events, community.events.dropFirst()).allSatisfy { $0.at! <= $1.at! })
            #expect(Set(community.labels).isSuperset(of: Abuse.allCases.map(\.flag)))
            for (user, events) in community.byUser {
                let expected = events[0].label == "honest" ? [] : [events[0].label!]
                #expect(community.rulesBroken(by: user).isSuperset(of: expected), "\(expected) by \(text(user))")
            }
        }
    }

    @Test func `honest people share addresses and change them`() {
        let honest = Self.community.events.filter { $0.label == "honest" && $0.user != nil }
        let usersByAddress = Dictionary(grouping: honest, by: \.ip).mapValues { Set($0.map(\.user)).count }
        #expect(usersByAddress.values.filter { $0 > 1 }.count > 5)
        let addressesByUser = Dictionary(grouping: honest, by: \.user).mapValues { Set($0.map(\.ip)).count }
        #expect(addressesByUser.values.filter { $0 > 1 }.count > 10)
    }

    @Test func `honest texts do not meet by chance, short replies apart`() {
        let texts = Self.community.events.filter { $0.label == "honest" }.compactMap(\.text)
        let long = texts.filter { $0.count > 20 }
        #expect(Set(long).count == long.count)
        #expect(long.count > 1000)
        #expect(texts.count > long.count)
    }

    @Test func `impossible sizes are refused`() {
        let start = Self.start
        #expect(throws: SimulationError.self) { try SimulationParameters(start: start, people: -1) }
        #expect(throws: SimulationError.self) { try SimulationParameters(start: start, people: .max) }
        #expect(throws: SimulationError.self) { try SimulationParameters(start: start, period: .seconds(1)) }
        #expect(throws: SimulationError.self) { try SimulationParameters(start: start, period: .seconds(Int64.max)) }
        #expect(throws: SimulationError.self) { try SimulationParameters(start: start, abusersPerKind: 1001) }
        #expect(throws: SimulationError.self) { try SimulationParameters(start: Timestamp(milliseconds: .min)) }
        #expect(throws: SimulationError.self) { try SimulationParameters(start: Timestamp(milliseconds: .max)) }
    }

    @Test func `a community without anybody is silent`() throws {
        #expect(Array(Simulation(try SimulationParameters(start: Self.start, people: 0, abusersPerKind: 0))) == [])
    }
}

private let second: Int64 = 1000
private let minute = 60 * second
private let hour = 60 * minute
private let day = 24 * hour

/// The events of one run, and the default rules of the policy computed over them in the plainest way.
private struct Community {
    let events: [Event]
    let byUser: [[UInt8]: [Event]]
    /// Addresses of more than 3 users in a day.
    let crowded: Set<[UInt8]>
    /// Texts of more than one user in a day.
    let copied: Set<String>

    init(_ parameters: SimulationParameters) {
        events = Array(Simulation(parameters))
        byUser = Dictionary(grouping: events.filter { $0.user != nil }) { $0.user! }
        let byAddress = Dictionary(grouping: events.filter { $0.user != nil }) { $0.ip! }
        crowded = Set(byAddress.filter { mostDistinct($0.value, \.user, in: day) > 3 }.keys)
        let byText = Dictionary(grouping: events.filter { ($0.text?.count ?? 0) > 20 }) { letters($0.text!) }
        copied = Set(byText.filter { mostDistinct($0.value, \.user, in: day) > 1 }.keys)
    }

    var labels: [String] { events.compactMap(\.label) }

    func rulesBroken(by user: [UInt8]) -> Set<String> {
        let events = byUser[user]!
        let content = events.filter { $0.kind == "content" }
        let messages = events.filter { $0.kind == "message" }
        var broken: Set<String> = []
        if most(content, in: hour) > 20 { broken.insert("rapid_content_creation") }
        if most(messages, in: day) > 50 { broken.insert("daily_limit_hit") }
        if most(messages, in: minute) > 10 { broken.insert("rate_limit_hit") }
        if events.contains(where: { crowded.contains($0.ip!) }) { broken.insert("multiple_accounts_same_ip") }
        if isBot(content + messages) { broken.insert("bot_behavior") }
        if content.contains(where: { copied.contains(letters($0.text!)) }) { broken.insert("duplicate_content") }
        let openings = messages.map { String(letters($0.text!).prefix(40)) }
        if zip(openings, openings.dropFirst()).filter(==).count > 5 { broken.insert("repetitive_messages") }
        if mostDistinct(events, \.ip, in: hour) > 5 { broken.insert("ip_rotation") }
        if windows(messages, of: day).contains(where: { $0.reduce(0) { $0 + ($1.tokens ?? 0) } > 100_000 }) {
            broken.insert("excessive_tokens")
        }
        if mostDistinct(events.filter { $0.kind == "read" }, \.object, in: hour) > 300 {
            broken.insert("data_harvesting")
        }
        broken.formUnion(events.compactMap(\.report))
        return broken
    }

    private func isBot(_ posts: [Event]) -> Bool {
        let posts = posts.sorted { $0.at! < $1.at! }
        guard let first = posts.first else { return false }
        let signedUp = byUser[first.user!]!.first { $0.kind == "signup" }
        if let signedUp, signedUp.created == first.created, first.at! - first.created! < minute { return true }
        for start in posts.indices.dropLast(9) {
            let recent = Dictionary(grouping: posts[start..<start + 10], by: \.text)
            if recent.values.contains(where: { $0.count > 5 }) { return true }
        }
        let pauses = zip(posts, posts.dropFirst()).map { Double($1.at! - $0.at!) }
        return pauses.indices.dropLast(9).contains { variation(pauses[$0..<$0 + 10]) < 0.1 }
    }
}

/// Standard deviation over mean.
private func variation(_ values: ArraySlice<Double>) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot() / mean
}

/// For each event those of the window that ends with it.
private func windows(_ events: [Event], of length: Int64) -> [ArraySlice<Event>] {
    var first = 0
    return events.indices.map { last in
        while events[first].at! <= events[last].at! - length { first += 1 }
        return events[first...last]
    }
}

private func most(_ events: [Event], in length: Int64) -> Int {
    windows(events, of: length).map(\.count).max() ?? 0
}

private func mostDistinct(_ events: [Event], _ what: (Event) -> [UInt8]?, in length: Int64) -> Int {
    var (first, most) = (0, 0)
    var counts: [[UInt8]: Int] = [:]
    for event in events {
        while events[first].at! <= event.at! - length {
            if let old = what(events[first]) { counts[old] = counts[old] == 1 ? nil : counts[old]! - 1 }
            first += 1
        }
        if let new = what(event) { counts[new, default: 0] += 1 }
        most = max(most, counts.count)
    }
    return most
}

/// What a reader reads: small Latin letters and digits, with look-alikes taken for what they look like.
private func letters(_ text: [UInt8]) -> String {
    let lookalikes: [Character: Character] = ["а": "a", "с": "c", "е": "e", "о": "o", "р": "p", "х": "x", "у": "y"]
    let plain = String(decoding: text, as: UTF8.self).lowercased().unicodeScalars.map { scalar in
        lookalikes[Character(scalar)] ?? Character(scalar)
    }
    return String(plain.filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
