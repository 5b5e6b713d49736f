import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

/// What is recorded, looked after and given out over the API is so as over Redis.
struct OverHTTPRunningTests {
    @Test func `verdicts are the same, and so are the exit codes`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            _ = try sentinel.sentinel("block", "add", "198.51.100.0/24", "-d", "permanent", "-R", "SPAM")
            _ = try sentinel.sentinel("block", "add", "user:eve", "-d", "permanent", "-t", "throttle")
            _ = try sentinel.sentinel("block", "add", "user:mal", "-d", "permanent", "-t", "challenge")
            for words in [
                "check --ip 198.51.100.9", "check message --user eve", "check --user mal", "check content --user ada",
                "check message --user ada --tokens 5 --anonymous", "check --user ada", "record message --user eve",
                "record message --user mal", "record message --ip 198.51.100.9", "record signup --user new --text hi",
                "check --user 20% --ip 203.0.113.7",
            ] {
                for format in ["human", "json", "raw"] {
                    let line = words.split(separator: " ").map(String.init) + ["-o", format]
                    let direct = try await sentinel.wait(line)
                    let remote = try await sentinel.wait(line + ["--api", url])
                    #expect(remote.output == direct.output, "\(words)")
                    #expect(remote.code == direct.code, "\(words)")
                    #expect([0, 3].contains(remote.code), "\(remote.errors)")
                }
            }
            for words in ["check --ip 999.1.1.1", "record Bad-Kind -u a", "record message --ip nonsense"] {
                let line = words.split(separator: " ").map(String.init)
                #expect(try await sentinel.wait(line).code == 2, "\(words)")
                #expect(try await sentinel.wait(line + ["--api", url]).code == 2, "\(words)")
            }
        }
    }

    @Test func `events over the API count as all others do`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            for _ in 0..<5 { _ = try await sentinel.calls.record(Event(kind: "message", user: Array("ada".utf8))) }
            let record = ["record", "message", "--user", "ada", "--api", url]
            #expect(try await sentinel.wait(record).output == "allowed, 4 of 10 left (rate_limit_hit)\n")
            for _ in 0..<4 { _ = try await sentinel.calls.record(Event(kind: "message", user: Array("ada".utf8))) }
            let limited = try await sentinel.wait(record)
            #expect(limited.output.hasPrefix("limited by rate_limit_hit (10): try again in "))
            #expect(limited.code == 3)
            let json = try await sentinel.wait(record + ["-o", "json"]).json
            #expect(json["verdict"] == .string("limit"))
            #expect(json["remaining"] == .int(0))
        }
    }

    @Test func `every field of an event reaches the log over the API`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            let result = try await sentinel.wait(EveryField.line + ["--api", url])
            #expect(result.code == 0, "\(result.errors)")
            #expect(try await sentinel.firstLogged() == EveryField.logged)
        }
    }

    @Test func `tokens are made, listed and taken away by a superuser, the first one over Redis alone`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            let first = try await sentinel.wait(["token", "add", "--role", "client", "--api", url])
            #expect(first.code == 1)
            #expect(first.errors.contains("'sentinel token add' makes one"))
            #expect(try await sentinel.wait(["token", "ls", "--api", url]).output == "No tokens.\n")
            let root = try await sentinel.calls.addToken(.superuser, name: "root", for: nil, by: "admin:x", note: nil)
            let api = ["SENTINEL_API": url, "SENTINEL_TOKEN": root.secret]
            // The API knows of it within two seconds.
            try await eventually("the door to close") {
                try await sentinel.wait(["incident", "ls", "--api", url]).code == 1
            }
            let made = try await sentinel.wait(
                ["token", "add", "--role", "staff", "--name", "carol", "--expires", "30d", "-o", "json"], api)
            #expect(made.code == 0, "\(made.errors)")
            #expect(try made.json.names == ["id", "token", "until"])
            #expect(try made.json["until"]?.text?.hasSuffix("Z") == true)
            let plain = try await sentinel.wait(["token", "add", "--role", "client"], api)
            #expect(plain.output.hasPrefix("sentinel_t"))
            #expect(plain.errors.contains("the only time that it is shown"))
            for format in ["json", "raw"] {
                let direct = try await sentinel.wait(["token", "ls", "-o", format])
                let remote = try await sentinel.wait(["token", "ls", "-o", format], api)
                #expect(remote.output == direct.output)
                #expect(remote.output.contains("tester"))
            }
            let id = try #require(try made.json["id"]?.text)
            let removed = try await sentinel.wait(["token", "rm", id, "--note", "has left"], api)
            #expect(removed.output == "removed \(id)\n")
            #expect(try await sentinel.wait(["token", "rm", id], api).code == 4)
            #expect(try await sentinel.wait(["token", "rm", "No Id"], api).code == 2)
            let audit = try sentinel.sentinel("audit", "ls", "-o", "json", "--what", "token_remove").json.array
            #expect(audit.first?["by"] == .string("admin:root"))
            #expect(audit.first?["note"] == .string("has left"))
        }
    }

    @Test func `the audit log is checked over the API with the same result`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            func same(_ words: String..., code: Int32) async throws {
                for format in ["human", "json", "raw"] {
                    let line = ["audit", "verify", "-o", format] + words
                    let direct = try await sentinel.wait(line)
                    let remote = try await sentinel.wait(line + ["--api", url])
                    #expect(remote.output == direct.output)
                    #expect(remote.code == code)
                    #expect(direct.code == code)
                }
            }
            try await same(code: 0)
            _ = try sentinel.sentinel("block", "add", "user:a", "user:b", "user:c")
            try await same(code: 0)
            let head = try #require(try sentinel.sentinel("audit", "verify", "-o", "json").json["head"]?.text)
            try await same("--head", head, code: 0)
            let other = head.dropLast() + (head.hasSuffix("0") ? "1" : "0")
            try await same("--head", String(other), code: 1)
            let key = sentinel.calls.keys.audit
            let entries = try await sentinel.calls.client.call("XRANGE", key, "-", "+").array
            _ = try await sentinel.calls.client.call("XDEL", key, try entries[1].array[0].string)
            try await same(code: 1)
        }
    }

    @Test func `a look at how things stand is the same over the API`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            try await sentinel.raise("duplicate_content", "user:often", event: 1000)
            try await sentinel.raise("bot_behavior", "user:often", event: 2000)
            try await sentinel.raise("malicious_content", "user:worst", event: 3000)
            let direct = try #require(try await sentinel.wait(["top", "-l", "1", "-o", "json"]).jsonLines.first)
            let remote = try await sentinel.wait(["top", "-l", "2", "--every", "20ms", "-o", "json", "--api", url])
            let looks = try remote.jsonLines
            #expect(looks.count == 2)
            #expect(looks.first?.names == direct.names)
            for name in direct.names where name != "at" { #expect(looks.first?[name] == direct[name], "\(name)") }
            #expect(looks.last?["events_per_second"] != .null)
            let page = try await sentinel.wait(["top", "--limit", "1", "--api", url])
            #expect(page.output.contains("worst subjects"))
        }
    }

    @Test func `the doctor says over the API what it says over Redis`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            func states(_ result: Subprocess) throws -> [String: String] {
                var states: [String: String] = [:]
                for item in try result.json.array { states[item["check"]?.text ?? ""] = item["state"]?.text }
                // How busy the machine is at this moment is none of the installation's doing.
                states["latency"] = nil
                return states
            }
            let direct = try await sentinel.wait(["doctor", "-o", "json"])
            let remote = try await sentinel.wait(["doctor", "-o", "json", "--api", url])
            #expect(try states(remote) == states(direct))
            #expect(try states(remote)["coordinator"] == "failure")
            #expect(remote.code == direct.code)
            let nobody = try await sentinel.wait(["doctor", "-o", "json", "--api", "http://127.0.0.1:1"])
            #expect(try states(nobody) == ["api": "failure"])
            #expect(nobody.code == 1)
        }
    }

    @Test func `an API that is not there is unreachable, and a wrong address bad usage`() async throws {
        for words in ["check --user a", "record message --user a", "token ls", "audit verify", "top -l 1"] {
            let line = words.split(separator: " ").map(String.init)
            #expect(try Subprocess.sentinel(line, ["SENTINEL_API": "http://127.0.0.1:1"]).code == 5, "\(words)")
            #expect(try Subprocess.sentinel(line, ["SENTINEL_API": "https://127.0.0.1:1"]).code == 5, "\(words)")
            #expect(try Subprocess.sentinel(line, ["SENTINEL_API": "ftp://x"]).code == 2, "\(words)")
        }
    }
}

extension Subprocess {
    fileprivate static func sentinel(_ line: [String], _ environment: [String: String]) throws -> Subprocess {
        try run(sentinel, line, environment: environment)
    }
}
