import Glibc
import SentinelCore

/// Events with abuse in them that is known beforehand, and what must come of it.
///
/// What is expected follows from how the events are made, not from any detector. Whoever is blocked for a deed stops
/// after it: when exactly the block falls among later events would depend on the coordinator's pace. For the same reason
/// nobody meets three rules, and every deed is done within one hour.
struct KnownAbuse {
    /// One call: an event, or an outside report.
    enum Item {
        case event(Event)
        case report(type: String, user: [UInt8], at: Int64, id: [UInt8])

        var at: Int64 {
            switch self {
            case .event(let event): event.at ?? 0
            case .report(_, _, let at, _): at
            }
        }
    }

    struct Incident: Hashable {
        var rule: String
        var subject: String
    }

    /// In the order of time, each with an id of its own.
    private(set) var items: [Item] = []
    /// How many flagged events each incident must count in the end. One alert goes with each.
    private(set) var incidents: [Incident: Int] = [:]
    /// Until when each blocked subject is blocked.
    private(set) var blocks: [String: Int64] = [:]
    /// How many posts of kind `content` these users have made within their last hour, and when that ends.
    private(set) var posts: [String: (count: Int64, at: Int64)] = [:]

    private var random: SeededGenerator
    private var names = 0
    private var addresses: UInt32 = 0x0A00_0000

    /// About 1.5 % of the events are the first of a deed.
    init(events: Int, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for _ in 0..<events / 660 {
            addClockwork()
            addRing()
            addFlood()
            addCrowdedAddress()
            addRotation()
            addChatter()
            addReports()
        }
        while items.count < events { addHousehold(most: events - items.count) }
        items.sort { $0.at < $1.at }
    }

    /// Posts once a minute: the tenth post makes nine equal intervals.
    private mutating func addClockwork() {
        let user = name("clock")
        let start = anyTime()
        for post in 0..<10 { add(user, at: start + Int64(post) * 60_000, text: words()) }
        incidents[Incident(rule: "bot_behavior", subject: "user:\(user)")] = 1
        blocks["user:\(user)"] = start + 9 * 60_000 + 900_000
        posts[user] = (10, start + 9 * 60_000)
    }

    /// Four accounts post one text, twice in turn. The second is flagged, the third makes it a campaign: that flags the first
    /// two once more, and the campaign itself with this and each further post.
    private mutating func addRing() {
        let users = (0..<4).map { _ in name("ring") }
        let text = words()
        var normalizer = TextNormalizer()
        let kind = normalizer.fingerprint(of: Array(text.utf8)).map { String($0.hash, radix: 16) } ?? ""
        for user in users.prefix(2) { incidents[Incident(rule: "duplicate_content", subject: "user:\(user)")] = 1 }
        incidents[Incident(rule: "duplicate_content", subject: "campaign:\(kind)")] = 6
        var at = anyTime()
        for round in 0..<2 {
            for (place, user) in users.enumerated() {
                add(user, at: at, text: text)
                at += Int64.random(in: 5_000...200_000, using: &random)
                if round > 0 || place > 0 {
                    incidents[Incident(rule: "duplicate_content", subject: "user:\(user)"), default: 0] += 1
                }
            }
        }
    }

    /// More than twenty posts within the hour: those beyond are refused and flagged.
    private mutating func addFlood() {
        let user = name("flood")
        let excess = Int.random(in: 1...5, using: &random)
        var at = anyTime()
        for post in 0..<20 + excess {
            add(user, at: at, text: words())
            if post < 20 { posts[user] = (Int64(post + 1), at) }
            at += Int64(10_000 * pow(20, Double.random(in: 0...1, using: &random)))
        }
        incidents[Incident(rule: "rapid_content_creation", subject: "user:\(user)")] = excess
    }

    /// More than three accounts on one address.
    private mutating func addCrowdedAddress() {
        let address = nextAddress()
        var at = anyTime()
        for _ in 0..<5 {
            add(name("crowd"), kind: "login", at: at, ip: address)
            at += Int64.random(in: 1_000...100_000, using: &random)
        }
        incidents[Incident(rule: "multiple_accounts_same_ip", subject: "ip:\(address)")] = 2
    }

    /// More than five addresses of one user within the hour.
    private mutating func addRotation() {
        let user = name("nomad")
        var at = anyTime()
        for _ in 0..<7 {
            add(user, kind: "login", at: at, ip: nextAddress())
            at += Int64.random(in: 1_000...100_000, using: &random)
        }
        incidents[Incident(rule: "ip_rotation", subject: "user:\(user)")] = 2
    }

    /// More than fifty messages within the day, never ten in a minute.
    private mutating func addChatter() {
        let user = name("chatter")
        let excess = Int.random(in: 1...3, using: &random)
        var at = anyTime()
        for _ in 0..<50 + excess {
            add(user, kind: "message", at: at)
            // People answer at once, or after a while: their pauses spread over decades.
            at += Int64(7_000 * pow(60, Double.random(in: 0...1, using: &random)))
        }
        incidents[Incident(rule: "daily_limit_hit", subject: "user:\(user)")] = excess
    }

    /// A critical report, which blocks for a day, and two lesser ones about somebody else.
    private mutating func addReports() {
        let attacker = name("attacker")
        let at = anyTime()
        report("jailbreak_attempt", attacker, at: at)
        incidents[Incident(rule: "jailbreak_attempt", subject: "user:\(attacker)")] = 1
        blocks["user:\(attacker)"] = at + 86_400_000
        let bore = name("bore")
        for delay in [0, 60_000] { report("off_topic_spam", bore, at: at + Int64(delay)) }
        incidents[Incident(rule: "off_topic_spam", subject: "user:\(bore)")] = 2
    }

    /// Honest people behind one address, over two days. None posts ten times: of times drawn at random some have a rhythm.
    private mutating func addHousehold(most: Int) {
        let address = nextAddress()
        var left = most
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let user = name("honest")
            for _ in 0..<min(left, 9) {
                left -= 1
                let at = anyTime()
                switch Int.random(in: 0..<4, using: &random) {
                case 0: add(user, kind: "login", at: at, ip: address)
                case 1: add(user, kind: "message", at: at, ip: address, text: words())
                default: add(user, at: at, ip: address, text: words())
                }
            }
        }
    }

    // MARK: Making

    private mutating func add(
        _ user: String, kind: String = "content", at: Int64, ip: String? = nil, text: String? = nil
    ) {
        items.append(
            .event(
                Event(
                    at: at, kind: kind, user: Array(user.utf8), ip: ip.map { Array($0.utf8) },
                    text: text.map { Array($0.utf8) }, id: Array("e\(items.count)".utf8))))
    }

    private mutating func report(_ type: String, _ user: String, at: Int64) {
        items.append(.report(type: type, user: Array(user.utf8), at: at, id: Array("r\(items.count)".utf8)))
    }

    private mutating func name(_ part: String) -> String {
        names += 1
        return "\(part)-\(names)"
    }

    private mutating func nextAddress() -> String {
        addresses += 1
        return [24, 16, 8, 0].map { String(addresses >> UInt32($0) & 255) }.joined(separator: ".")
    }

    private mutating func anyTime() -> Int64 {
        1_760_000_000_000 + Int64.random(in: 0..<2 * 86_400_000, using: &random)
    }

    /// A text that no other is like.
    private mutating func words() -> String {
        (0..<8).map { _ in
            String((0..<7).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random)! })
        }.joined(separator: " ")
    }
}
