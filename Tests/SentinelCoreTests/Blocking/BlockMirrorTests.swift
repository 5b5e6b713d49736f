import SentinelCore
import Testing

struct BlockMirrorTests {
    private static let key = SipHash.Key(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)

    private func subject(_ text: String) -> Subject { try! Subject(printable: text) }
    private func address(_ text: String) -> IPAddress { try! IPAddress(text) }

    @Test func `SipHash gives the vectors of its authors`() {
        let empty = SipHash.hash([], key: Self.key)
        #expect(UInt64(truncatingIfNeeded: empty) == 0xE6A8_25BA_047F_81A3)
        #expect(UInt64(truncatingIfNeeded: empty >> 64) == 0x9302_55C7_1472_F66D)
        let zero = SipHash.hash([0], key: Self.key)
        #expect(UInt64(truncatingIfNeeded: zero) == 0x44AF_996B_D8C1_87DA)
        #expect(UInt64(truncatingIfNeeded: zero >> 64) == 0x45FC_229B_1159_7634)
    }

    @Test func `a mark gives back its action, end and ref`() {
        let mark = BlockMark(.challenge, until: 1_700_000_000_123, ref: "b3-4711")
        #expect(mark.action == .challenge)
        #expect(mark.until == 1_700_000_000_123)
        #expect(mark.ref == "b3-4711")
        #expect(mark.isActive(at: 1_700_000_000_122))
        #expect(!mark.isActive(at: 1_700_000_000_123))
        let permanent = BlockMark(.throttle, until: nil, ref: "something else")
        #expect(permanent.until == nil)
        #expect(permanent.ref == "")
        #expect(permanent.isActive(at: .max))
        #expect(permanent.isActive(at: .min))
        #expect(BlockMark(.block, until: .max, ref: "b0-01").ref == "")
        #expect(BlockMark(.block, until: .min).isActive(at: 0) == false)
    }

    @Test func `the narrowest active network decides, and what is over does not`() {
        var mirror = BlockMirror(key: Self.key)
        mirror.blocks.set(subject("net:203.0.113.0/24"), BlockMark(.block, until: 100, ref: "b0-1"))
        mirror.blocks.set(subject("ip:203.0.113.7"), BlockMark(.challenge, until: 50, ref: "b0-2"))
        mirror.blocks.set(subject("net:2001:db8::/48"), BlockMark(.throttle, until: nil, ref: "b0-3"))
        #expect(mirror.block(user: nil, address: address("203.0.113.7"), at: 49)?.ref == "b0-2")
        #expect(mirror.block(user: nil, address: address("203.0.113.7"), at: 50)?.ref == "b0-1")
        #expect(mirror.block(user: nil, address: address("203.0.113.7"), at: 100) == nil)
        #expect(mirror.block(user: nil, address: address("203.0.112.7"), at: 49) == nil)
        #expect(mirror.block(user: nil, address: address("2001:db8:0:ffff::1"), at: 49)?.action == .throttle)
        #expect(mirror.block(user: nil, address: address("2001:db8:1::1"), at: 49) == nil)
        #expect(mirror.block(user: nil, address: address("::ffff:203.0.113.7"), at: 49)?.ref == "b0-2")
    }

    @Test func `the user comes before the address, and the allow list before both`() {
        var mirror = BlockMirror(key: Self.key)
        mirror.blocks.set(subject("user:eve"), BlockMark(.throttle, until: nil, ref: "b0-1"))
        mirror.blocks.set(subject("ip:192.0.2.1"), BlockMark(.block, until: nil, ref: "b0-2"))
        let eve = subject("user:eve")
        let place = address("192.0.2.1")
        #expect(mirror.block(user: eve, address: place, at: 1)?.ref == "b0-1")
        #expect(mirror.block(user: subject("user:ada"), address: place, at: 1)?.ref == "b0-2")
        mirror.exemptions.set(subject("net:192.0.0.0/16"), BlockMark(.block, until: 10))
        #expect(mirror.block(user: eve, address: place, at: 1) == nil)
        #expect(mirror.block(user: eve, address: place, at: 10)?.ref == "b0-1")
        #expect(mirror.block(user: eve, address: nil, at: 1)?.ref == "b0-1")
        mirror.exemptions.remove(subject("net:192.0.0.0/16"))
        mirror.blocks.remove(eve)
        #expect(mirror.block(user: eve, address: place, at: 1)?.ref == "b0-2")
    }

    @Test func `whatever is set and removed, it answers as a list does that looks at each network`() {
        var random = SplitMix(seed: 7)
        for family in [32, 128] {
            var marks = SubjectMarks(key: Self.key)
            var model: [Network: BlockMark] = [:]
            for step in 0..<4000 {
                // Few different bits, so that networks nest and meet.
                let bits = UInt128(random.next() & 0x0F0F) << UInt128(family - 16) | UInt128(random.next() & 3)
                let base = family == 32 ? IPAddress(v4: UInt32(bits)) : IPAddress(v6: bits)
                let network = base.prefix(Int(random.next() % UInt64(family + 1)))
                let name = Subject(of: network)
                if random.next() % 3 == 0 {
                    marks.remove(name)
                    model[network] = nil
                } else {
                    let mark = BlockMark(.block, until: Int64(random.next() % 100), ref: "b0-\(step + 1)")
                    marks.set(name, mark)
                    model[network] = mark
                }
                #expect(marks.count == model.count)
                let now = Int64(random.next() % 100)
                let expected =
                    model.filter { $0.key.contains(base) && $0.value.isActive(at: now) }
                    .max { $0.key.length < $1.key.length }
                #expect(marks.mark(base, at: now) == expected?.value)
            }
            marks.sweep(atMost: .max / 2, at: 100)
            #expect(marks.count == 0)
        }
    }

    @Test func `the sweep takes out what is over, a piece at a time, and nothing else`() {
        var marks = SubjectMarks(key: Self.key)
        for number in 0..<1000 {
            marks.set(Subject(of: IPAddress(v4: UInt32(number) << 8)), BlockMark(.block, until: number < 400 ? 5 : nil))
            marks.set(subject("user:\(number)"), BlockMark(.block, until: number < 400 ? 5 : nil))
        }
        for _ in 0..<5 { marks.sweep(atMost: 500, at: 5) }
        #expect(marks.count == 1200)
        #expect(marks.mark(IPAddress(v4: 400 << 8), at: 5) != nil)
        #expect(marks.mark(named: subject("user:999"), at: 5) != nil)
        #expect(marks.mark(named: subject("user:399"), at: 0) == nil)
    }

    @Test func `a snapshot in pieces brings everything back`() {
        var marks = SubjectMarks(key: Self.key)
        for number in 0..<300 {
            marks.set(Subject(of: IPAddress(v4: UInt32(number) << 12)), BlockMark(.block, until: 7, ref: "b0-1"))
            marks.set(subject("net:2001:db8:\(String(number, radix: 16))::/48"), BlockMark(.throttle, until: nil))
            marks.set(subject("device:\(number)"), BlockMark(.challenge, until: Int64(number), ref: "b9-\(number + 1)"))
        }
        var copy = SubjectMarks(key: Self.key)
        var place: SubjectMarks.Place? = SubjectMarks.Place()
        while let next = place {
            var bytes: [UInt8] = []
            place = marks.write(from: next, atMost: 64, to: &bytes)
            let isSound = copy.read(bytes)
            #expect(isSound)
        }
        #expect(copy.count == 900)
        #expect(copy.mark(IPAddress(v4: 299 << 12), at: 6) == BlockMark(.block, until: 7, ref: "b0-1"))
        #expect(copy.mark(address("2001:db8:12b::1"), at: 6)?.action == .throttle)
        #expect(copy.mark(named: subject("device:250"), at: 6)?.ref == "b9-251")
    }

    @Test func `foreign bytes are refused and never trap`() {
        var random = SplitMix(seed: 11)
        var marks = SubjectMarks(key: Self.key)
        marks.set(subject("net:10.0.0.0/8"), BlockMark(.block, until: nil))
        var sound: [UInt8] = []
        _ = marks.write(from: SubjectMarks.Place(), atMost: 10, to: &sound)
        #expect(sound.count == 22)
        for cut in 1..<sound.count {
            var other = SubjectMarks(key: Self.key)
            let isSound = other.read(Array(sound.prefix(cut)))
            #expect(!isSound)
        }
        for _ in 0..<2000 {
            var bytes = sound
            bytes[Int(random.next() % 22)] = UInt8(truncatingIfNeeded: random.next())
            var other = SubjectMarks(key: Self.key)
            _ = other.read(bytes + bytes)
            #expect(other.count <= 2)
        }
    }

    @Test func `a block takes at most a hundred bytes, however the numbers fall`() {
        var random = SplitMix(seed: 3)
        var v4 = SubjectMarks(key: Self.key)
        var v6 = SubjectMarks(key: Self.key)
        for number in 1...30_000 {
            v4.set(Subject(of: IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))), BlockMark(.block, until: nil))
            let bits = UInt128(random.next()) << 64 | UInt128(random.next())
            v6.set(Subject(of: IPAddress(v6: bits)), BlockMark(.block, until: nil))
            if number > 1000, number % 500 == 0 {
                #expect(v4.bytes <= 100 * v4.count)
                #expect(v6.bytes <= 100 * v6.count)
            }
        }
    }
}
