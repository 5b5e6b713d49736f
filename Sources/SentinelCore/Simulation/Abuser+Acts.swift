extension Abuser {
    /// The day's events, in order of time and all within `day`, which has at least an hour.
    mutating func act(within day: Range<Int64>) -> [Event] {
        switch abuse {
        case .rapidContentCreation: posts(26, over: 45 * Milliseconds.minute, in: day)
        case .dailyLimitHit: messages(60, over: 18 * Milliseconds.hour, in: day)
        case .rateLimitHit: bursts(in: day)
        case .multipleAccountsSameAddress: signups(in: day)
        case .firstPostAtOnce: firstPost(in: day)
        case .fixedCadence: cadence(in: day)
        case .identicalPosts: identicalPosts(in: day)
        case .duplicateContent: ring(in: day)
        case .repetitiveMessages: repetition(in: day)
        case .addressRotation: rotation(in: day)
        case .excessiveTokens: tokens(in: day)
        case .dataHarvesting: harvest(in: day)
        case .jailbreakAttempt, .maliciousContent, .offTopicSpam: reported(in: day)
        }
    }

    /// A few messages like anybody's; after one of them the app, which has read it, reports the author.
    private mutating func reported(in day: Range<Int64>) -> [Event] {
        var events = messages(4, over: Milliseconds.hour / 2, in: day)
        var report = Event(
            at: events[3].at, kind: "report", user: accounts[0].user, ip: addresses[0], label: abuse.flag)
        report.report = abuse.flag
        events.append(report)
        return events
    }

    private mutating func posts(_ count: Int, over span: Int64, in day: Range<Int64>) -> [Event] {
        times(count, over: span, in: day).map {
            accounts[0].event("content", at: $0, from: addresses[0], text: Phrasebook.post(&random))
        }
    }

    private mutating func messages(_ count: Int, over span: Int64, in day: Range<Int64>) -> [Event] {
        times(count, over: span, in: day).map {
            accounts[0].event("message", at: $0, from: addresses[0], text: Phrasebook.message(&random))
        }
    }

    /// 14 messages in half a minute, three times: too fast, but not too many for a day.
    private mutating func bursts(in day: Range<Int64>) -> [Event] {
        let third = (day.upperBound - day.lowerBound) / 3
        return (0..<3).flatMap { part in
            let start = day.lowerBound + Int64(part) * third
            return messages(14, over: 35 * Milliseconds.second, in: start..<start + third - Milliseconds.minute)
        }
    }

    /// Six new accounts from one address, and a post of each later.
    private mutating func signups(in day: Range<Int64>) -> [Event] {
        let span = min(4 * Milliseconds.hour, day.upperBound - day.lowerBound)
        let start = random.number(in: day.lowerBound...day.upperBound - span)
        let created = times(6, from: start, over: span * 2 / 5)
        let posted = times(6, from: start + span * 3 / 5, over: span * 2 / 5)
        let accounts = created.map { registry.open(label: abuse.flag, created: $0, &random) }
        return accounts.map { $0.event("signup", at: $0.created, from: addresses[0]) }
            + zip(accounts, posted).map {
                $0.event("content", at: $1, from: addresses[0], text: Phrasebook.post(&random))
            }
    }

    /// A new account that posts seconds after it was opened, and twice more.
    private mutating func firstPost(in day: Range<Int64>) -> [Event] {
        let hour = times(4, over: Milliseconds.hour, in: day)
        let account = registry.open(label: abuse.flag, created: hour[0], &random)
        let first = min(hour[0] + random.number(in: 3000...40_000), hour[1])
        return [account.event("signup", at: hour[0], from: addresses[0])]
            + [first, max(first, hour[2]), max(first, hour[3])].map {
                account.event("content", at: $0, from: addresses[0], text: Phrasebook.post(&random))
            }
    }

    /// A post every few minutes, to within two percent, for the whole day or for 60 posts.
    private mutating func cadence(in day: Range<Int64>) -> [Event] {
        let pause = random.number(in: 200_000...300_000)
        let count = min(60, (day.upperBound - day.lowerBound - Milliseconds.minute) / pause)
        let start = random.number(in: day.lowerBound...day.upperBound - pause * count)
        return (0..<count).map { number in
            let jitter = random.number(in: 0...pause / 50)
            let text = Phrasebook.post(&random)
            return accounts[0].event("content", at: start + number * pause + jitter, from: addresses[0], text: text)
        }
    }

    /// Seven of ten posts are the same.
    private mutating func identicalPosts(in day: Range<Int64>) -> [Event] {
        let same = Phrasebook.advertisement(&random)
        return times(18, over: 6 * Milliseconds.hour, in: day).enumerated().map { number, at in
            let isOther = [2, 5, 8].contains(number % 10)
            let text = isOther ? Phrasebook.post(&random) : same
            return accounts[0].event("content", at: at, from: addresses[0], text: text)
        }
    }

    /// One text by six accounts from six addresses, each copy disguised in another way.
    private mutating func ring(in day: Range<Int64>) -> [Event] {
        let text = Phrasebook.advertisement(&random)
        let ways = Obfuscation.allCases
        return times(2 * accounts.count, over: 8 * Milliseconds.hour, in: day).enumerated().map { number, at in
            let member = number % accounts.count
            let copy = ways[number % ways.count].apply(to: text, &random)
            return accounts[member].event("content", at: at, from: addresses[member], text: copy)
        }
    }

    /// The same sentence again and again with another number at its end.
    private mutating func repetition(in day: Range<Int64>) -> [Event] {
        let text = Phrasebook.advertisement(&random)
        return times(14, over: 40 * Milliseconds.minute, in: day).map {
            let ending = random.pick(["", "!", "!!", " :)", " now"])
            return accounts[0].event("message", at: $0, from: addresses[0], text: text + ending)
        }
    }

    /// One account on eight addresses within an hour.
    private mutating func rotation(in day: Range<Int64>) -> [Event] {
        let kinds = ["login", "read", "message"]
        return times(16, over: 50 * Milliseconds.minute, in: day).enumerated().map { number, at in
            let kind = kinds[number % kinds.count]
            let text = kind == "message" ? Phrasebook.message(&random) : nil
            var event = accounts[0].event(kind, at: at, from: addresses[number % addresses.count], text: text)
            if kind == "read" { event.object = Array("article-\(random.index(below: 500))".utf8) }
            return event
        }
    }

    /// 30 messages of some 5,000 tokens.
    private mutating func tokens(in day: Range<Int64>) -> [Event] {
        messages(30, over: 12 * Milliseconds.hour, in: day).map {
            var event = $0
            event.tokens = random.number(in: 4500...6000)
            return event
        }
    }

    /// 400 profiles, one after the other.
    private mutating func harvest(in day: Range<Int64>) -> [Event] {
        let first = random.index(below: 1_000_000)
        return times(400, over: 50 * Milliseconds.minute, in: day).enumerated().map { number, at in
            var event = accounts[0].event("read", at: at, from: addresses[0])
            event.object = Array("profile-\(first + number)".utf8)
            return event
        }
    }
}
