import Testing

@testable import SentinelCore

struct SignupTests {
    // 1 May 2023, 12:00 UTC.
    private let noon: Int64 = 1_682_942_400_000
    private let disposable = "# throw-away\nmailinator.com\r\n\nTrash.Example  # note\n"

    private func signup() throws -> Signup {
        var parameters = Signup.Parameters()
        parameters.disposableDomains = try DomainList(parsing: Array(disposable.utf8))
        return Signup(parameters)
    }

    private func crowd(_ count: Int, at time: Int64) -> AddressSignups {
        var address = AddressSignups()
        for index in 0..<count { address.add(Array("u\(index)".utf8), at: time - Int64(index)) }
        return address
    }

    @Test(arguments: [
        "maria", "johnsmith1987", "Wolfgang Schmidt", "krzysztof.brzeczyszczykiewicz", "nguyen_thi_minh", "DarkWolf42",
        "x",
        "", "Müller", "Łukasz", "O'Connor", "mohammed.al-rashid", "yamamoto_taro", "ingridsdottir", "jrsmith",
        "xX_sniper_Xx", "alice2", "Iñigo", "schwarzenegger", "Srinivasan", "mkbhd", "anna15081992",
        "дмитрий", "山田太郎", "محمد", "ωραιος", "Владимир123",
    ])
    func `names that people choose do not look generated`(name: String) {
        #expect(UsernameShape(Array(name.utf8)).score < 0.5)
    }

    @Test(arguments: [
        "xkqzvbtw", "qwkjdhfgzx", "a8f3k2m9x1", "hjkdfgxcv", "zxvbnmkjq", "user8392751", "f3b9d0e7c2a1", "tgbvrfzq",
        "wq7xk2pz9f",
    ])
    func `names that programs make do`(name: String) {
        #expect(UsernameShape(Array(name.utf8)).score >= 0.5)
    }

    @Test func `a random name is found in most cases and a made-up one in few`() {
        var random = SeededGenerator(seed: 8)
        let syllables = [
            "an", "ka", "mi", "ro", "lin", "ster", "ber", "tho", "jo", "el", "sch", "nat", "ur", "vin", "da",
        ]
        var randomFound = 0
        var madeUpFound = 0
        for _ in 0..<1000 {
            let letters = (0..<10).map { _ in UInt8(ascii: "a") + UInt8(random.index(below: 26)) }
            if UsernameShape(letters).score >= 0.5 { randomFound += 1 }
            let name = (0..<4).map { _ in random.pick(syllables) }.joined()
            if UsernameShape(Array(name.utf8)).score >= 0.5 { madeUpFound += 1 }
        }
        #expect(randomFound > 600)
        #expect(madeUpFound < 30)
    }

    @Test func `one sign is not enough and two are`() throws {
        let signup = try signup()
        #expect(
            signup.finding(
                username: Array("xkqzvbtw".utf8), email: Array("a@example.org".utf8), at: noon, address: nil) == nil)
        #expect(
            signup.finding(username: nil, email: Array("a@mailinator.com".utf8), at: noon, address: nil) == nil)
        #expect(signup.finding(username: nil, email: nil, at: noon, address: crowd(16, at: noon)) == nil)
        let found = try #require(
            signup.finding(
                username: Array("xkqzvbtw".utf8), email: Array("a@x.MAILINATOR.com".utf8), at: noon, address: nil))
        #expect(found.rule == "suspicious_signup")
        #expect(found.description.contains("disposable mail domain"))
        // 0.5 for the domain, and 0.5 of a name that scores 0.9 or more for five odd pairs of seven.
        #expect(found.evidence["hour"] == .int(12))
        #expect(
            signup.finding(
                username: nil, email: Array("a@trash.example".utf8), at: noon, address: crowd(4, at: noon)) != nil)
        #expect(
            signup.finding(
                username: nil, email: Array("a@trash.example".utf8), at: noon, address: crowd(3, at: noon)) == nil)
    }

    @Test func `quiet hours go by the offset of the place`() throws {
        var signup = try signup()
        let email = Array("a+b@trash.example".utf8)
        // 0.5 for the domain, 0.15 for the tag: enough at any hour, so the least sum is raised.
        signup.parameters.minimumScore = 0.8
        #expect(signup.finding(username: nil, email: email, at: noon, address: nil) == nil)
        signup.parameters.utcOffset = -9 * 60
        #expect(signup.finding(username: nil, email: email, at: noon, address: nil) != nil)
        signup.parameters.quietHours = nil
        #expect(signup.finding(username: nil, email: email, at: noon, address: nil) == nil)
        #expect(Signup.hour(of: .max, utcOffset: .max) >= 0)
        #expect(Signup.hour(of: .min, utcOffset: .min) >= 0)
        #expect(Signup.hour(of: noon, utcOffset: 90) == 13)
    }

    @Test func `a domain stands for those below it and for no other`() throws {
        let list = try DomainList(parsing: Array(disposable.utf8))
        #expect(list.count == 2)
        for name in ["mailinator.com", "MAILINATOR.com.", "a.b.mailinator.com", "trash.example"] {
            #expect(list.contains(Array(name.utf8)))
        }
        for name in [
            "notmailinator.com", "com", "mailinator.com.org", "", ".", "..", "mailinator", "a..mailinator.com",
        ] {
            #expect(!list.contains(Array(name.utf8)))
        }
        #expect(!list.contains(Array(String(repeating: "a.", count: 1000).utf8)))
    }

    @Test func `wrong lines of a domain list are told by number`() throws {
        let error = try #require(throws: DomainList.Invalid.self) {
            try DomainList(parsing: Array("ok.example\nno domain\nfoo\na..b\n".utf8))
        }
        #expect(error.problems.map(\.line) == [2, 3, 4])
    }

    @Test func `an account counts once on its address and only within the window`() throws {
        var address = AddressSignups()
        address.add([1], at: 1000)
        address.add([1], at: 2000)
        address.add([2], at: 500)
        #expect(address.accounts(at: 1000, window: 500) == 1)
        #expect(address.accounts(at: 1000, window: 501) == 2)
        #expect(address.accounts(at: .max, window: 1) == 0)
        #expect(address.accounts(at: .min, window: 1) == 2)
        for user in UInt8(3)...40 { address.add([user], at: 3000) }
        #expect(address.signups.count == 16)
        address.lastEntry = LogPosition(milliseconds: 5, sequence: 6)
        let bytes = address.encoded()
        #expect(bytes.count <= 200)
        #expect(try AddressSignups(decoding: bytes) == address)
        for length in 0..<bytes.count {
            #expect(throws: StateDecodingError.self) { try AddressSignups(decoding: Array(bytes[..<length])) }
        }
    }

    @Test func `no bytes crash a signup`() throws {
        let signup = try signup()
        var random = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let bytes = (0..<random.index(below: 400)).map { _ in
                random.chance(0.5) ? UInt8(truncatingIfNeeded: random.next()) : random.pick(Array("a@.+1Z".utf8))
            }
            let time = Int64(bitPattern: random.next())
            _ = signup.finding(username: bytes, email: bytes, at: time, address: crowd(1, at: 0))
            _ = try? AddressSignups(decoding: bytes)
            _ = try? AddressSignups(decoding: [1] + bytes)
        }
    }
}
