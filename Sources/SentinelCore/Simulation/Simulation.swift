/// A made-up community with known abusers in it: an endless supply of labelled events, in order of time, the same for the
/// same parameters. For demonstrations, tests and load; the memory it takes grows with the people, not with the period.
///
/// The label of an event is `honest` or the flag that should find its sender (see `Abuse`).
package struct Simulation: Sequence, IteratorProtocol, Sendable {
    package static let honestLabel = "honest"

    private struct Next: Comparable {
        let at: Int64
        let actor: Int

        static func < (left: Next, right: Next) -> Bool { (left.at, left.actor) < (right.at, right.actor) }
    }

    private var actors: [any SimulatedActor]
    /// What is left of each actor's burst, the next event last.
    private var bursts: [[Event]]
    /// The time of each actor's next event.
    private var queue = Heap<Next>()

    package init(_ parameters: SimulationParameters) {
        var addresses = AddressBook(seed: parameters.seed)
        actors = Self.people(parameters, &addresses) + Self.abusers(parameters, &addresses)
        bursts = actors.map { _ in [] }
        for actor in actors.indices { refill(actor) }
    }

    package mutating func next() -> Event? {
        guard let first = queue.first else { return nil }
        let event = bursts[first.actor].removeLast()
        if let next = bursts[first.actor].last {
            queue.replaceFirst(with: Next(at: next.at ?? first.at, actor: first.actor))
        } else {
            queue.removeFirst()
            refill(first.actor)
        }
        return event
    }

    private mutating func refill(_ actor: Int) {
        while let burst = actors[actor].nextBurst() {
            guard let first = burst.first else { continue }
            bursts[actor] = burst.reversed()
            queue.insert(Next(at: first.at ?? 0, actor: actor))
            return
        }
    }

    // MARK: Who lives there

    /// Streams of random numbers: people have the even ones, abusers the odd ones.
    private static func random(_ parameters: SimulationParameters, person number: Int) -> SeededGenerator {
        SeededGenerator(seed: parameters.seed, stream: UInt64(number) * 2)
    }

    private static func people(
        _ parameters: SimulationParameters, _ addresses: inout AddressBook
    ) -> [any SimulatedActor] {
        var registry = Registry(seed: parameters.seed)
        var households = Households()
        let visitors = parameters.people / 10
        return (0..<parameters.people + visitors).map { number in
            var random = random(parameters, person: number)
            let isVisitor = number >= parameters.people
            let isNew = !isVisitor && random.chance(0.08)
            let created = isNew ? noon(&random, parameters) : older(&random, parameters)
            let account = registry.open(label: honestLabel, created: created, &random)
            let home = isVisitor ? [addresses.ordinary()] : households.addresses(of: number, &addresses, &random)
            let habit: HonestPerson.Habit = isVisitor ? .visitor : number % 40 == 7 ? .busy : .ordinary
            return HonestPerson(account, habit: habit, addresses: home, range: parameters.range, random: random)
        }
    }

    private static func abusers(
        _ parameters: SimulationParameters, _ addresses: inout AddressBook
    ) -> [any SimulatedActor] {
        let tag = Registry(seed: parameters.seed).tag
        return Abuse.allCases.enumerated().flatMap { kind, abuse in
            (0..<parameters.abusersPerKind).map { number in
                let needed = [.duplicateContent, .addressRotation].contains(abuse) ? Abuser.addressCount : 1
                return Abuser(
                    abuse, tag: "\(tag)-\(kind)x\(number)",
                    addresses: (0..<needed).map { _ in addresses.conspicuous() }, range: parameters.range,
                    random: SeededGenerator(
                        seed: parameters.seed,
                        stream: UInt64(kind * SimulationParameters.abusersRange.count + number) * 2 + 1)
                )
            }
        }
    }

    /// Some time before the period.
    private static func older(_ random: inout SeededGenerator, _ parameters: SimulationParameters) -> Int64 {
        parameters.range.lowerBound - random.number(in: 2 * Milliseconds.day...1500 * Milliseconds.day)
    }

    /// Within the period, by day unless it has none.
    private static func noon(_ random: inout SeededGenerator, _ parameters: SimulationParameters) -> Int64 {
        let range = parameters.range
        let at = random.number(in: range.lowerBound...range.upperBound - 1)
        let atNoon = at - at % Milliseconds.day + random.number(in: 9 * Milliseconds.hour...20 * Milliseconds.hour)
        return range.contains(atNoon) ? atNoon : at
    }
}

/// Where people are online: most at a home of their own, some share it with one or two others, some are on the move.
private struct Households {
    private var shared: [UInt8] = []
    private var rooms = 0

    mutating func addresses(
        of person: Int, _ book: inout AddressBook, _ random: inout SeededGenerator
    ) -> [[UInt8]] {
        if rooms > 0 {
            rooms -= 1
            return [shared]
        }
        let choice = random.unit()
        if choice < 0.15 { return (0..<2 + random.index(below: 2)).map { _ in book.ordinary() } }
        let home = random.chance(0.25) ? book.version6() : book.ordinary()
        if choice < 0.3 {
            shared = home
            rooms = 1 + random.index(below: 2)
        }
        return [home]
    }
}
