import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis
import Testing

/// What apps ask: verdicts and reports.
struct RecordingRoutesTests {
    @Test func `one event is answered by its verdict`() async throws {
        try await APIHost.with { host in
            let answer = try await host.post("/v1/events", #"{"kind":"message","user":"ada"}"#)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.json["verdict"] == .string("allow"))
            #expect(answer.json["remaining"] == .int(9))
            #expect(answer.json["ref"] == .null)
            #expect(answer.headers["ratelimit-policy"] == #""rate_limit_hit";q=10;w=60"#)
            #expect(answer.headers["ratelimit"] == #""rate_limit_hit";r=9"#)
            #expect(answer.headers["retry-after"] == nil)
        }
    }

    @Test func `over the limit the answer is 429 and says when to come back`() async throws {
        try await APIHost.with { host in
            for _ in 0..<10 {
                #expect(try await host.post("/v1/events", #"{"kind":"message","user":"ada"}"#).status == 200)
            }
            let answer = try await host.post("/v1/events", #"{"kind":"message","user":"ada"}"#)
            #expect(answer.status == 429)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(
                answer.json["type"] == .string("https://iana.org/assignments/http-problem-types#quota-exceeded"))
            #expect(answer.json["violated-policies"] == .array([.string("rate_limit_hit")]))
            #expect(answer.json["status"] == .int(429))
            let wait = try #require(answer.json["retry_after_ms"]?.integer)
            #expect((1...60_000).contains(wait))
            #expect(answer.headers["retry-after"] == "\((wait + 999) / 1000)")
            #expect(answer.headers["ratelimit"] == "\"rate_limit_hit\";r=0;t=\((wait + 999) / 1000)")
        }
    }

    @Test func `blocked the answer is 403, with the reference`() async throws {
        try await APIHost.with { host in
            let block = try await host.calls.block(
                try Subject(type: "user", id: Array("mallory".utf8)), for: .seconds(100), action: .block, reason: .spam,
                by: "admin:test", note: nil)
            let answer = try await host.post("/v1/events", #"{"kind":"message","user":"mallory"}"#)
            #expect(answer.status == 403)
            #expect(
                answer.json["type"]
                    == .string("https://iana.org/assignments/http-problem-types#abnormal-usage-detected"))
            #expect(answer.json["ref"] == .string(block.ref))
            #expect(answer.json["reason"] == .string("SPAM"))
            #expect(answer.json["verdict"] == .string("block"))
            #expect(answer.json["subject"] == .string("user:mallory"))
            #expect(["99", "100"].contains(answer.headers["retry-after"]))
        }
    }

    @Test(arguments: [("challenge", Block.Action.challenge, 403), ("limit", .throttle, 429)])
    func `a block of another kind says so`(verdict: String, action: Block.Action, status: Int) async throws {
        try await APIHost.with { host in
            _ = try await host.calls.block(
                try Subject(type: "ip", id: Array("203.0.113.7".utf8)), for: nil, action: action, reason: .manual,
                by: "admin:test", note: nil)
            let answer = try await host.post("/v1/events", #"{"kind":"message","ip":"203.0.113.7"}"#)
            #expect(answer.status == status)
            #expect(answer.json["verdict"] == .string(verdict))
            #expect(answer.json["ref"]?.text != nil)
            #expect(answer.headers["retry-after"] == nil)
        }
    }

    @Test(arguments: [
        (
            "application/json",
            #" [{"kind":"message","user":"a"},{"kind":"message","user":"b","id":"x"},{"kind":"message","user":"a"}]"#
        ),
        (
            "application/x-ndjson; charset=utf-8",
            "{\"kind\":\"message\",\"user\":\"a\"}\r\n\n{\"kind\":\"message\",\"user\":\"b\",\"id\":\"x\"}\n"
                + "{\"kind\":\"message\",\"user\":\"a\"}"
        ),
    ])
    func `many events get their verdicts in order, and one that Redis refuses an error in its place`(
        type: String, body: String
    ) async throws {
        try await APIHost.with { host in
            // A foreign key where b's ids are remembered.
            _ = try await host.calls.client.call("SET", "\(host.calls.keys.prefix):i:user:b", "foreign")
            let answer = try await host.post("/v1/events", body, type: type)
            #expect(answer.status == 200)
            guard case .array(let verdicts) = answer.json else { Issue.record("no array: \(answer.body)"); return }
            #expect(verdicts.map { $0["remaining"]?.integer } == [9, nil, 8])
            #expect(verdicts.count == 3)
            #expect(verdicts[1]["error"]?.text?.isEmpty == false)
            #expect(try await host.post("/v1/events", "[]").body == "[]")
        }
    }

    @Test(arguments: [
        ("", "application/json", 400, "expected"),
        ("{", "application/json", 400, "line 1, column 2"),
        (#"{"kind":"message"}"#, "application/json", 400, "subject"),
        (#"{"kind":"Message","user":"a"}"#, "application/json", 400, "lower-case"),
        (#"{"kind":"message","user":"a","colour":"red"}"#, "application/json", 400, "colour"),
        (#"[{"kind":"message","user":"a"},{}]"#, "application/json", 400, "kind"),
        (#"[{"kind":"message","user":"a"},{"kind":"message","ip":"nowhere"}]"#, "application/json", 400, "event 2: "),
        (#"{"kind":"message","user":"a","tokens":1000000001}"#, "application/json", 400, "tokens"),
        (#"{"kind":"message","user":"a","status":600}"#, "application/json", 400, "status"),
        (#"{"kind":"report","type":"malicious_content","user":"a"}"#, "application/json", 400, "/v1/reports"),
        ("{\"kind\":\"message\",\"user\":\"a\"}\nx", "application/x-ndjson", 400, "line 2"),
        (#"{"kind":"message","user":"a"}"#, "text/plain", 415, "application/json"),
        (#"{"kind":"message","user":"a"}"#, "", 415, "application/json"),
    ])
    func `what is not an event is refused with its place, and nothing is counted`(
        body: String, type: String, status: Int, word: String
    ) async throws {
        try await APIHost.with { host in
            let answer = try await host.post("/v1/events", body, type: type)
            #expect(answer.status == status)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.json["detail"]?.text?.contains(word) == true, "\(answer.body)")
            #expect(try await host.calls.client.call("XLEN", host.calls.keys.events).int == 0)
        }
    }

    @Test func `a request takes a thousand events and no more`() async throws {
        try await APIHost.with { host in
            func body(_ count: Int) -> String {
                "[" + (0..<count).map { #"{"kind":"read","user":"u\#($0)"}"# }.joined(separator: ",") + "]"
            }
            let answer = try await host.post("/v1/events", body(1000))
            guard case .array(let verdicts) = answer.json else { Issue.record("no array"); return }
            #expect(verdicts.count == 1000)
            #expect(try await host.post("/v1/events", body(1001)).status == 400)
            #expect(try await host.calls.client.call("XLEN", host.calls.keys.events).int == 1000)
        }
    }

    @Test func `a check tells the verdict and counts nothing`() async throws {
        try await APIHost.with { host in
            for _ in 0..<2 {
                let answer = try await host.get("/v1/check?kind=message&user=ada&anonymous=false&tokens=1")
                #expect(answer.status == 200)
                #expect(answer.json["verdict"] == .string("allow"))
                #expect(answer.json["remaining"] == .int(10))
            }
            #expect(try await host.get("/v1/check?ip=203.0.113.7").json["verdict"] == .string("allow"))
            _ = try await host.calls.block(
                try Subject(type: "user", id: [0, 10, 255]), for: nil, action: .block, reason: .spam, by: "admin:x",
                note: nil)
            let blocked = try await host.get("/v1/check?user=%00%0A%FF")
            #expect(blocked.status == 200)
            #expect(blocked.json["verdict"] == .string("block"))
            #expect(blocked.json["subject"] == .string("user:%00%0A%FF"))
        }
    }

    @Test(arguments: [
        "kind=message", "kind=A&user=a", "user=", "user=a&user=b", "colour=red", "user=a&tokens=-1", "user=a&tokens=x",
        "user=a&anonymous=yes", "ip=nowhere", "user=%", "user=\(String(repeating: "a", count: 257))",
    ])
    func `a check that cannot be understood is refused`(query: String) async throws {
        try await APIHost.with { host in
            let answer = try await host.get("/v1/check?\(query)")
            #expect(answer.status == 400)
            #expect(answer.json["detail"]?.text?.isEmpty == false)
        }
    }

    @Test func `one id names an event or a report of a subject, and not both`() async throws {
        try await APIHost.with { host in
            let event = #"{"kind":"message","user":"ada","id":"1"}"#
            let report = #"{"type":"malicious_content","user":"ada","id":"1"}"#
            #expect(try await host.post("/v1/events", event).status == 200)
            #expect(try await host.post("/v1/reports", report).status == 409)
            let other = report.replacing("\"1\"", with: "\"2\"")
            #expect(try await host.post("/v1/reports", other).status == 202)
            let clash = event.replacing("\"1\"", with: "\"2\"")
            #expect(try await host.post("/v1/events", clash).status == 409)
            let batch = try await host.post("/v1/events", "[\(clash),\(event)]")
            guard case .array(let verdicts) = batch.json else { Issue.record("no array"); return }
            #expect(verdicts.map { $0["error"] != nil } == [true, false])
        }
    }

    @Test func `a report is accepted once, and a wrong one refused`() async throws {
        try await APIHost.with { host in
            let report =
                #"{"type":"malicious_content","user":"eve","severity":"high","context":{"score":0.9},"id":"r1"}"#
            let first = try await host.post("/v1/reports", report)
            #expect(first.status == 202)
            #expect(try await host.post("/v1/reports", report).json == first.json)
            #expect(try await host.calls.client.call("XLEN", host.calls.keys.events).int == 1)
            for wrong in [
                "[]", #"{"type":"no_such_rule","user":"eve"}"#, #"{"type":"malicious_content"}"#,
                #"{"type":"malicious_content","user":1}"#, #"{"type":"malicious_content","user":"e","x":"y"}"#,
                #"{"type":"malicious_content","user":"eve","severity":"huge"}"#,
            ] {
                let answer = try await host.post("/v1/reports", wrong)
                #expect(answer.status == 400, "\(wrong)")
                #expect(answer.json["detail"]?.text?.contains("sentinel_report") == false)
            }
        }
    }
}
