import SentinelCore
import Testing

/// Fields that the policy names travel with an event: from recordings, to Redis, back from the log.
@Suite struct NamedFieldsTests {
    let fields: [String: Policy.FieldType] = ["tenant": .id, "amount": .number]
    let event = Event(
        at: 1, kind: "message", user: Array("u".utf8),
        fields: ["tenant": Array("t 1".utf8), "amount": Array("12".utf8)])

    func decode(_ text: String, as format: EventFormat) throws -> [Event] {
        var decoder = EventDecoder(format: format, fields: fields)
        var events: [Event] = []
        try decoder.decode(Array(text.utf8), into: &events)
        try decoder.finish(into: &events)
        return events
    }

    @Test func `JSON and CSV read them`() throws {
        let json = #"{"at": 1, "kind": "message", "user": "u", "tenant": "t 1", "amount": 12}"#
        #expect(try decode(json, as: .jsonLines) == [event])
        #expect(try decode("at,kind,user,tenant,amount\n1,message,u,t 1,12\n", as: .csv) == [event])
    }

    @Test func `an id may be a number, and an empty value is none`() throws {
        let events = try decode(
            #"{"at": 1, "kind": "message", "user": "u", "tenant": 7, "amount": null}"#, as: .jsonLines)
        #expect(events[0].fields == ["tenant": Array("7".utf8)])
        #expect(try decode("at,kind,user,tenant,amount\n1,message,u,,\n", as: .csv)[0].fields.isEmpty)
    }

    @Test(arguments: [
        #"{"at": 1, "kind": "message", "user": "u", "amount": 1000000001}"#,
        #"{"at": 1, "kind": "message", "user": "u", "amount": -1}"#,
        #"{"at": 1, "kind": "message", "user": "u", "amount": "12"}"#,
        #"{"at": 1, "kind": "message", "user": "u", "tenant": "a", "tenant": "b"}"#,
        #"{"at": 1, "kind": "message", "user": "u", "tenants": "a"}"#,
        "{\"at\": 1, \"kind\": \"message\", \"user\": \"u\", \"tenant\": \"\(String(repeating: "x", count: 257))\"}",
    ])
    func `what a field cannot hold is an error`(json: String) {
        #expect(throws: EventError.self) { try decode(json, as: .jsonLines) }
    }

    @Test func `a column twice is an error`() {
        #expect(throws: EventError.self) { try decode("at,user,tenant,tenant\n1,u,a,b\n", as: .csv) }
    }

    @Test func `they go to Redis and come back from the log`() {
        var arguments: [[UInt8]] = []
        event.appendFields(to: &arguments)
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }
        #expect(words == ["kind", "message", "user", "u", "amount", "12", "tenant", "t 1"])
        let pairs = stride(from: 0, to: arguments.count, by: 2).map { (name: arguments[$0], value: arguments[$0 + 1]) }
        let entry = LogEntry(position: LogPosition(milliseconds: 5, sequence: 0), fields: pairs)
        guard case .event(let logged) = entry?.content else {
            Issue.record("no event")
            return
        }
        #expect(logged.fields == event.fields)
    }
}
