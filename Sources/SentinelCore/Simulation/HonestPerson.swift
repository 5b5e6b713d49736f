/// Somebody who uses the app as it is meant: some sessions a day while awake, with pauses of log-normal length, and
/// always within the default limits, if sometimes near them.
struct HonestPerson: SimulatedActor {
    enum Habit { case ordinary, busy, visitor }

    /// Long enough for nobody to take the first post for a machine's.
    private static let firstPostDelay = 3 * Milliseconds.minute

    private let account: Account
    private let habit: Habit
    /// One at home; somebody on the move has several.
    private let addresses: [[UInt8]]
    private let range: Range<Int64>
    /// Hours of the day in UTC.
    private let wakes: Double
    private let awake: Double
    private var random: SeededGenerator
    private var dayStart: Int64
    /// Starts of the sessions that are still to come today, the next one last.
    private var sessions: [Int64] = []
    private var previousEnd: Int64
    private var hasSignedUp: Bool
    private var lastWasShort = false
    private var messagesPerDay: Allowance
    private var messagesPerMinute: Allowance
    private var contentPerHour: Allowance

    /// - Parameter account: If it was created within the period, the first thing its owner does is to sign up then.
    init(_ account: Account, habit: Habit, addresses: [[UInt8]], range: Range<Int64>, random: SeededGenerator) {
        self.account = account
        self.habit = habit
        self.addresses = addresses
        self.range = range
        self.random = random
        wakes = 5.5 + 3 * self.random.unit()
        awake = 14 + 2.5 * self.random.unit()
        dayStart = range.lowerBound - range.lowerBound % Milliseconds.day - Milliseconds.day
        hasSignedUp = !range.contains(account.created)
        previousEnd = max(range.lowerBound, account.created)
        let isBusy = habit == .busy
        messagesPerDay = Allowance(isBusy ? 45 : 35, per: Milliseconds.day)
        messagesPerMinute = Allowance(isBusy ? 8 : 5, per: Milliseconds.minute)
        contentPerHour = Allowance(isBusy ? 16 : 8, per: Milliseconds.hour)
    }

    mutating func nextBurst() -> [Event]? {
        if !hasSignedUp {
            hasSignedUp = true
            return session(from: account.created, until: account.created + Milliseconds.hour, isFirst: true)
        }
        while sessions.isEmpty {
            dayStart += Milliseconds.day
            if dayStart >= range.upperBound { return nil }
            planDay()
        }
        let start = sessions.removeLast()
        guard start >= previousEnd, start < range.upperBound else { return [] }
        return session(from: start, until: min(sessions.last ?? .max, range.upperBound), isFirst: false)
    }

    /// People are awake for one stretch of a day, and more often online late in it.
    private mutating func planDay() {
        let count = habit == .busy ? 6 + random.index(below: 4) : random.index(below: 6)
        sessions = (0..<count).map { _ in
            let hour = wakes + awake * max(random.unit(), random.unit())
            return dayStart + Int64(hour * Double(Milliseconds.hour))
        }
        sessions.sort(by: >)
    }

    private mutating func session(from start: Int64, until end: Int64, isFirst: Bool) -> [Event] {
        var address = random.pick(addresses)
        var at = start
        var events: [Event] = []
        if isFirst {
            events.append(account.event("signup", at: at, from: address))
        } else if habit != .visitor, random.chance(0.7) {
            events.append(account.event("login", at: at, from: address))
        }
        let length = min(60, Int(random.logNormal(median: habit == .busy ? 16 : 9, sigma: 0.6)))
        for _ in 0..<length {
            at += pause()
            if at >= min(end, range.upperBound) { break }
            if random.chance(0.05) { address = random.pick(addresses) }
            events.append(action(at: at, from: address))
        }
        previousEnd = (events.last?.at ?? previousEnd) + 1
        return events
    }

    private mutating func pause() -> Int64 {
        let seconds = random.logNormal(median: habit == .busy ? 30 : 40, sigma: 1)
        return Int64(min(max(seconds, 1.5), 1500) * Double(Milliseconds.second))
    }

    private mutating func action(at: Int64, from address: [UInt8]) -> Event {
        let choice = random.unit()
        let mayPost = habit != .visitor && at - account.created > Self.firstPostDelay
        if mayPost, choice < 0.25, messagesPerDay.allows(at: at), messagesPerMinute.allows(at: at) {
            messagesPerDay.use(at: at)
            messagesPerMinute.use(at: at)
            return message(at: at, from: address)
        }
        if mayPost, choice > 0.9, contentPerHour.allows(at: at) {
            contentPerHour.use(at: at)
            return account.event("content", at: at, from: address, text: Phrasebook.post(&random))
        }
        var event = account.event("read", at: at, from: address)
        event.object = Array("article-\(Int(random.logNormal(median: 200, sigma: 1.2)))".utf8)
        if habit == .visitor {
            event.user = nil
            event.anonymous = true
        }
        return event
    }

    private mutating func message(at: Int64, from address: [UInt8]) -> Event {
        lastWasShort = !lastWasShort && random.chance(0.08)
        let text = lastWasShort ? Phrasebook.shortReply(&random) : Phrasebook.message(&random)
        var event = account.event("message", at: at, from: address, text: text)
        if random.chance(0.3) { event.tokens = random.number(in: 20...600) }
        return event
    }
}
