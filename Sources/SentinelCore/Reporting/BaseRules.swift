import Glibc

/// The plain thresholds that the detectors must beat: the usual figures, each in its simplest form, without blocks.
///
/// More than 20 contents in an hour, 50 messages (30 without an account) in a day, 10 in a minute; more than 3 accounts on
/// an address in a day, 5 addresses of a user in an hour; the same text (letters and digits, ASCII case folded) by two
/// users within a day; a first post within 60 s of the account's creation, nine equal intervals (CV < 0.1) among the last
/// ten, or more than half of the last twenty posts the same. Memory grows with the recording: for measuring only.
package struct BaseRules {
    /// By subject (`user:ada`, `ip:203.0.113.7`) the rules that it met.
    package private(set) var flags: [[UInt8]: Set<String>] = [:]

    private struct Actor {
        var times: [Int64] = []
        var texts: [UInt64] = []
        var minute = Window()
        var hour = Window()
        var day = Window()
        var hasPosted = false
    }

    /// Times within a sliding window.
    private struct Window {
        var times: ArraySlice<Int64> = []

        /// How many there are now, this one included; refused ones do not count.
        mutating func add(_ time: Int64, length: Int64, limit: Int) -> Int {
            times = times.drop { time &- $0 >= length }
            if times.count < limit { times.append(time) } else { return times.count + 1 }
            return times.count
        }
    }

    private var actors: [[UInt8]: Actor] = [:]
    /// Of each text its authors, with their last time.
    private var authors: [UInt64: [[UInt8]: Int64]] = [:]
    private var accounts: [[UInt8]: [[UInt8]: Int64]] = [:]
    private var addresses: [[UInt8]: [[UInt8]: Int64]] = [:]
    private let postKinds: Set<String>
    private let canonicalAddress: @Sendable ([UInt8]) -> [UInt8]

    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 24 * hour
    /// Distinct values that are remembered of one subject or text: far more than any limit.
    private static let most = 64

    package init(
        postKinds: Set<String> = ["content", "message"],
        canonicalAddress: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }
    ) {
        self.postKinds = postKinds
        self.canonicalAddress = canonicalAddress
    }

    /// Judges the next event in the order of time.
    package mutating func judge(_ event: Event) {
        let at = event.at ?? 0
        let address = event.ip.map { Array("ip:".utf8) + canonicalAddress($0) }
        let user = event.user.map { Array("user:".utf8) + $0 }
        if let user, let address {
            if Self.note(user, in: &accounts[address, default: [:]], at, Self.day) > 3 {
                flag(address, "multiple_accounts_same_ip")
            }
            if Self.note(address, in: &addresses[user, default: [:]], at, Self.hour) > 5 { flag(user, "ip_rotation") }
        }
        guard postKinds.contains(event.kind), let name = user ?? address else { return }
        var actor = actors.removeValue(forKey: name) ?? Actor()
        if event.kind == "content" {
            if actor.hour.add(at, length: Self.hour, limit: 20) > 20 { flag(name, "rapid_content_creation") }
        } else {
            let limit = event.anonymous ? 30 : 50
            if actor.day.add(at, length: Self.day, limit: limit) > limit { flag(name, "daily_limit_hit") }
            if actor.minute.add(at, length: 60_000, limit: 10) > 10 { flag(name, "rate_limit_hit") }
        }
        if let created = event.created, !actor.hasPosted, at >= created, at &- created <= 60_000 {
            flag(name, "bot_behavior")
        }
        actor.hasPosted = true
        actor.times.append(at)
        if actor.times.count > 10 { actor.times.removeFirst() }
        if isClockwork(actor.times) { flag(name, "bot_behavior") }
        if let text = event.text.flatMap(Self.hash) {
            actor.texts.append(text)
            if actor.texts.count > 20 { actor.texts.removeFirst() }
            let same = actor.texts.count { $0 == text }
            if actor.texts.count >= 5, 2 * same > actor.texts.count { flag(name, "bot_behavior") }
            if actor.texts.count >= 3, actor.texts.suffix(3).allSatisfy({ $0 == text }) {
                flag(name, "repetitive_messages")
            }
            if Self.note(name, in: &authors[text, default: [:]], at, Self.day) > 1 { flag(name, "duplicate_content") }
        }
        actors[name] = actor
    }

    private mutating func flag(_ subject: [UInt8], _ rule: String) {
        flags[subject, default: []].insert(rule)
    }

    /// How many different values there were lately, this one included.
    private static func note(_ value: [UInt8], in seen: inout [[UInt8]: Int64], _ at: Int64, _ window: Int64) -> Int {
        if seen.count >= most { seen = seen.filter { at &- $0.value < window } }
        if seen.count < most || seen[value] != nil { seen[value] = at }
        return seen.count { at &- $0.value < window }
    }

    private func isClockwork(_ times: [Int64]) -> Bool {
        guard times.count == 10 else { return false }
        let intervals = zip(times.dropFirst(), times).map { Double($0) - Double($1) }
        let mean = intervals.reduce(0, +) / Double(intervals.count)
        guard mean > 0 else { return false }
        let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)
        return variance.squareRoot() / mean < 0.1
    }

    /// Of the letters and digits, everything beyond ASCII included; nil for texts of fewer than twenty bytes of them.
    private static func hash(_ text: [UInt8]) -> UInt64? {
        var kept: [UInt8] = []
        for byte in text.prefix(2048) {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): kept.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                kept.append(byte)
            default: break
            }
        }
        return kept.count < 20 ? nil : StableHash.of(kept)
    }
}
