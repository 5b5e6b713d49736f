import Testing

@testable import SentinelCore

struct AddressRotationTests {
    private typealias Place = AddressTrail.Place
    private static let minute: Int64 = 60_000

    /// Network `network` of provider `block`.
    private static func place(_ block: Int, _ network: Int) -> AddressTrail.Place {
        Place(network: UInt32(block * 1000 + network), block: UInt32(block))
    }

    private func trail(_ places: [AddressTrail.Place], every: Int64 = minute) -> AddressTrail {
        var trail = AddressTrail()
        for (index, place) in places.enumerated() { trail.append(place, at: Int64(index) * every) }
        return trail
    }

    @Test func `six networks of as many providers in six events are a pool`() throws {
        let six = (1...6).map { Self.place($0, 0) }
        let found = try #require(AddressRotation().finding(at: 5 * Self.minute, in: trail(six)))
        #expect(found.rule == "ip_rotation")
        #expect(found.description == "6 networks of 6 blocks in 6 events within 1.0 h, 5 changes, 0 of them back")
        #expect(AddressRotation().finding(at: 4 * Self.minute, in: trail(Array(six.prefix(5)))) == nil)
    }

    @Test func `networks of few providers, many events each, or long ago are none`() {
        let rotation = AddressRotation()
        let carrier = (1...12).map { Self.place($0 % 3, $0) }
        #expect(rotation.finding(at: 11 * Self.minute, in: trail(carrier)) == nil)
        let patient = (1...6).flatMap { Array(repeating: Self.place($0, 0), count: 5) }
        #expect(rotation.finding(at: 29 * Self.minute, in: trail(patient)) == nil)
        let slow = (1...6).map { Self.place($0, 0) }
        #expect(rotation.finding(at: 75 * Self.minute, in: trail(slow, every: 15 * Self.minute)) == nil)
    }

    @Test func `coming back raises the limit`() {
        // 8 networks, each seen three times in turn: 24 stays, 23 changes, 16 of them back: 5 × (1 + 16/23) = 8.5.
        let round = (0..<3).flatMap { _ in (1...8).map { Self.place($0, 0) } }
        #expect(AddressRotation().finding(at: 23 * Self.minute, in: trail(round)) == nil)
        // 11 networks in 22 stays: 5 × (1 + 11/21) = 7.6.
        let more = (0..<2).flatMap { _ in (1...11).map { Self.place($0, 0) } }
        #expect(AddressRotation().finding(at: 21 * Self.minute, in: trail(more)) != nil)
    }

    /// Simulated, for there is no recording with labels. An hour of events each minute or two, from where the kind says.
    private static func simulated(_ kind: String, _ random: inout SeededGenerator) -> AddressTrail {
        var trail = AddressTrail()
        var time: Int64 = 0
        var cell = place(50, random.index(below: 40))
        var event = 0
        var proxy = place(random.index(below: 400), random.index(below: 30))
        while time < 60 * minute {
            switch kind {
            case "home": cell = place(1, 1)
            case "home, IPv4 and IPv6": cell = place(1 + random.index(below: 2), 1)
            // A phone on the move: the carrier's pools change now and then.
            case "mobile": if random.chance(0.2) { cell = place(50 + random.index(below: 2), random.index(below: 40)) }
            // A carrier that hands out another address for each connection, of a few pools.
            case "carrier-grade NAT": cell = place(50 + random.index(below: 3), random.index(below: 8))
            case "commuter":
                if time < 20 * minute {
                    cell = place(1, 1)
                } else if time > 40 * minute {
                    cell = place(2, 2)
                } else if random.chance(0.3) {
                    cell = place(50 + random.index(below: 2), random.index(below: 40))
                }
            case "phone and laptop": cell = random.chance(0.5) ? place(2, 2) : place(50, random.index(below: 3))
            // Another exit every ten minutes.
            case "Tor": if event % 8 == 0 { cell = place(random.index(below: 400), random.index(below: 30)) }
            case "pool, each request": cell = place(random.index(below: 400), random.index(below: 30))
            case "pool, each second request":
                if event % 2 == 0 { proxy = place(random.index(below: 400), random.index(below: 30)) }
                cell = proxy
            case "pool of twenty": cell = place(random.index(below: 20), 0)
            default: fatalError(kind)
            }
            trail.append(cell, at: time)
            event += 1
            time += random.number(in: 30_000...120_000)
        }
        return trail
    }

    private func flagged(_ kind: String) -> Int {
        var random = SeededGenerator(seed: 42)
        return (0..<1000).count { _ in
            let trail = Self.simulated(kind, &random)
            return AddressRotation().finding(at: trail.stays.last?.last ?? 0, in: trail) != nil
        }
    }

    @Test(arguments: [
        "home", "home, IPv4 and IPv6", "mobile", "carrier-grade NAT", "commuter", "phone and laptop", "Tor",
    ])
    func `simulated people are flagged in less than one hour of 200`(kind: String) {
        #expect(flagged(kind) <= 5)
    }

    @Test(arguments: ["pool, each request", "pool, each second request", "pool of twenty"])
    func `simulated pools are flagged in nearly every hour`(kind: String) {
        #expect(flagged(kind) >= 980)
    }

    @Test func `addresses of one network are one place`() throws {
        func place(_ text: String) throws -> Place { Place(try IPAddress(parsing: Array(text.utf8))) }
        #expect(try place("203.0.113.7") == place("203.0.113.250"))
        #expect(try place("203.0.113.7").network != place("203.0.114.7").network)
        #expect(try place("203.0.113.7").block == place("203.0.200.7").block)
        #expect(try place("2001:db8:1:2::1") == place("2001:db8:1:ffff::9"))
        #expect(try place("2001:db8:1::").network != place("2001:db8:2::").network)
        #expect(try place("2001:db8:1::").block == place("2001:db8:2::").block)
    }

    @Test func `a trail is bounded and read back`() throws {
        var random = SeededGenerator(seed: 9)
        var trail = AddressTrail()
        #expect(try AddressTrail(decoding: trail.encoded()) == trail)
        for _ in 0..<5000 {
            let place = Place(network: UInt32(truncatingIfNeeded: random.next()), block: .max)
            trail.append(place, at: Int64(bitPattern: random.next()) >> 2)
        }
        #expect(trail.stays.count == 24)
        let bytes = trail.encoded()
        #expect(bytes.count <= 600)
        #expect(try AddressTrail(decoding: bytes) == trail)
        for length in 0..<bytes.count {
            #expect(throws: StateDecodingError.self) { try AddressTrail(decoding: Array(bytes[..<length])) }
        }
    }

    @Test func `no times and no bytes crash a trail`() {
        var random = SeededGenerator(seed: 10)
        let times: [Int64] = [.min, .max, 0, -1, 5]
        for _ in 0..<500 {
            var trail = AddressTrail()
            for _ in 0..<30 {
                trail.append(Self.place(random.index(below: 9), 0), at: random.pick(times))
                _ = AddressRotation().finding(at: random.pick(times), in: trail)
            }
            var bytes = trail.encoded()
            bytes[random.index(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            if var changed = try? AddressTrail(decoding: bytes) {
                for time in times {
                    changed.append(Self.place(1, 1), at: time)
                    _ = AddressRotation().finding(at: time, in: changed)
                }
            }
        }
    }
}
