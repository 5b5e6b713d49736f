import SentinelCore
import SentinelEngine
import SentinelIO

/// A JSON object that a client sent, read strictly: members that nobody asked for are an error, so that a misspelt one is
/// not passed over.
struct JSONBody {
    private let members: [JSONValue.Member]

    /// - Parameter fields: the members that there may be.
    init(_ request: Route.Request, fields: Set<String>) throws(Problem) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONReader.read(request.http.body) } catch {
            throw Problem(.badRequest, error.description)
        }
        guard case .object(let members) = value else { throw Problem(.badRequest, "expected a JSON object") }
        for member in members where !fields.contains(member.name) {
            throw Problem(.badRequest, "unknown field \"\(member.name.prefix(64))\"")
        }
        self.members = members
    }

    /// The member, unless it is missing or null.
    subscript(_ name: String) -> JSONValue? {
        members.first { $0.name == name && $0.value != .null }?.value
    }

    /// Whether it is there, null or not.
    func has(_ name: String) -> Bool { members.contains { $0.name == name } }

    /// A note of somebody's; nil if there is none.
    func note(_ name: String) throws(Problem) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.text, RouteParameter.isNote(text) else {
            throw Problem(.badRequest, "\"\(name)\" is a text of at most 256 characters, none of them a control")
        }
        return text
    }

    /// One of these words; nil if there is none.
    func choice<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Word.Type
    ) throws(Problem) -> Word? where Word.RawValue == String {
        guard let value = self[name] else { return nil }
        guard let word = value.text.flatMap(Word.init(rawValue:)) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "\"\(name)\" is one of \(words)")
        }
        return word
    }

    /// Ms since 1970, from ISO 8601 or a number; nil if there is none.
    func time(_ name: String) throws(Problem) -> Int64? {
        guard let value = self[name] else { return nil }
        let time = value.integer ?? value.text.flatMap { Timestamp(iso8601: $0.utf8)?.milliseconds }
        guard let time, (0...Timestamp.latest.milliseconds).contains(time) else {
            throw Problem(.badRequest, "\"\(name)\" is a time: 2026-01-31T12:00:00Z, or ms since 1970")
        }
        return time
    }

    /// The subject that a client named; an error if there is none.
    func subject(_ name: String) throws(Problem) -> Subject {
        guard let text = self[name]?.text else { throw Problem(.badRequest, "\"\(name)\" is missing") }
        guard let subject = Subject(canonical: text) else {
            throw Problem(.badRequest, "\"\(name)\" is a subject: user:ada, ip:203.0.113.7, net:198.51.100.0/24")
        }
        return subject
    }
}

extension Subject {
    /// A subject in its printable form, as lists show it; addresses and networks in any form. Nil for anything else.
    init?(canonical text: String) {
        guard let subject = try? Subject(printable: text) else { return nil }
        switch subject.type {
        case "ip":
            guard let address = try? IPAddress(parsing: subject.id) else { return nil }
            self = Subject(of: address)
        case "net":
            guard let network = try? Network(parsing: subject.id) else { return nil }
            self = Subject(of: network)
        default: self = subject
        }
    }
}
