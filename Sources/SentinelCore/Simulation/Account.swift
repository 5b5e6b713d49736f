/// Somebody's account in a made-up community.
struct Account: Sendable {
    let user: [UInt8]
    let username: String
    let label: String
    /// In ms since 1970.
    var created: Int64

    /// An event of this account.
    func event(_ kind: String, at: Int64, from ip: [UInt8], text: String? = nil) -> Event {
        var event = Event(at: at, kind: kind, user: user, ip: ip, text: text.map { Array($0.utf8) }, label: label)
        switch kind {
        case "content", "message": event.created = created
        case "signup":
            event.created = created
            event.username = Array(username.utf8)
            event.email = Array("\(username)@mail.example".utf8)
        default: break
        }
        return event
    }
}

/// Opens accounts with ids that no other account of the run has, nor any of a run with another seed.
struct Registry {
    let tag: String
    private var count = 0

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        tag = String(random.next() & 0xFF_FFFF, radix: 36)
    }

    /// A part of the registry with ids of its own.
    init(tag: String) { self.tag = tag }

    mutating func open(label: String, created: Int64, _ random: inout SeededGenerator) -> Account {
        count += 1
        let name = "\(random.pick(Self.firstNames)).\(random.pick(Self.lastNames))\(1950 + random.index(below: 60))"
        return Account(user: Array("\(tag)-\(count)".utf8), username: name, label: label, created: created)
    }

    private static let firstNames = [
        "ada", "ben", "carla", "david", "elena", "farid", "greta", "hugo", "ines", "jonas", "kaya", "lars", "maria",
        "nils", "olga", "pablo", "rosa", "sven", "tara", "yusuf",
    ]
    private static let lastNames = [
        "keller", "novak", "rossi", "meyer", "larsen", "dubois", "garcia", "kowalski", "brown", "tanaka", "silva",
        "jansen", "moreau", "fischer", "olsen", "weber",
    ]
}
