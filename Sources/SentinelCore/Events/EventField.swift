/// The parts of an event by the names under which recordings know them, as JSON members and as CSV columns.
enum EventField: Int, CaseIterable {
    case at, kind, user, ip, text, object, email, username, id, created, anonymous, tokens, status, type, label, source

    init?(name: String) {
        guard let field = Self.byName[name] else { return nil }
        self = field
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
}
