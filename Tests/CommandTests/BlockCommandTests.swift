import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct BlockCommandTests {
    @Test func `a block is what edges see, and is listed until it is lifted`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("block", "ls").output == "No active blocks.\n")
            let added = try sentinel.sentinel(
                "block", "add", "203.0.113.7", "user:eve", "-d", "4h", "--note", "ticket, 4711")
            #expect(
                added.output == """
                    blocked ip:203.0.113.7 for 4h (MANUAL, ref b0-1)
                    blocked user:eve for 4h (MANUAL, ref b0-2)

                    """)
            let edge = try await sentinel.calls.client.call("EXISTS", "sentinel:block:ip:203.0.113.7")
            #expect(edge == .integer(1))
            let listed = try sentinel.sentinel("block", "ls", "--type", "ip", "-o", "json").json.array
            #expect(listed.count == 1)
            #expect(listed[0]["subject"] == .string("ip:203.0.113.7"))
            #expect(listed[0]["by"] == .string("admin:tester"))
            #expect(listed[0]["note"] == .string("ticket, 4711"))
            let left = try #require(listed[0]["expires_in_ms"]?.integer)
            #expect((14_000_000...14_400_000).contains(left))
            let lines = try sentinel.sentinel("block", "ls", "-o", "raw").output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[1].contains(",\"ticket, 4711\","))

            let lifted = try sentinel.sentinel("block", "rm", "user:eve", "203.0.113.7")
            #expect(lifted.output == "lifted the block of user:eve\nlifted the block of ip:203.0.113.7\n")
            #expect(lifted.code == 0)
            #expect(try sentinel.sentinel("block", "ls", "-o", "json").output == "[]\n")
        }
    }

    @Test func `what is not there cannot be lifted, but the others are`() async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "user:eve")
            let result = try sentinel.sentinel("block", "rm", "user:nobody", "user:eve", "-o", "json")
            #expect(result.code == 4)
            #expect(result.errors == "sentinel: user:nobody is not blocked\n")
            #expect(try result.json.array.map { $0["lifted"] } == [.bool(false), .bool(true)])
        }
    }

    @Test func `a block whose public key is gone is not listed`() async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "user:eve", "user:mallory")
            _ = try await sentinel.calls.client.call("DEL", "sentinel:block:user:eve")
            let listed = try sentinel.sentinel("block", "ls", "-o", "json").json.array
            #expect(listed.map { $0["subject"] } == [.string("user:mallory")])
        }
    }

    @Test func `lists can be narrowed, and say when they go on`() async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "user:a", "-R", "SPAM", "--by", "carol")
            _ = try sentinel.sentinel("block", "add", "user:b", "user:c", "-R", "FRAUD")
            func subjects(_ options: String...) throws -> [JSONValue?] {
                try sentinel.run(["block", "ls", "-o", "json"] + options).json.array.map { $0["subject"] }
            }
            #expect(try subjects("--reason", "SPAM") == [.string("user:a")])
            #expect(try subjects("--by", "admin:carol") == [.string("user:a")])
            #expect(try subjects("--type", "ip") == [])
            #expect(try subjects("--until", "1h") == [])
            #expect(try subjects("--since", "1h").count == 3)
            let first = try sentinel.sentinel("block", "ls", "--limit", "2")
            #expect(first.output.split(separator: "\n").count == 3)
            #expect(first.errors == "sentinel: the newest 2 of 3; --limit shows more\n")
        }
    }

    @Test func `ids of attackers stay in their cell, and can be lifted as they are shown`() async throws {
        try await withInstallation { sentinel in
            let hostile = "user:\u{1B}[2J\u{202E}evil\r\nip:1.2.3.4%"
            let subject = try Subject(parsing: Array(hostile.utf8))
            _ = try await sentinel.calls.block(
                subject, for: nil, action: .block, reason: .spam, by: "admin:x", note: "\u{85}\u{200F}note")
            for format in ["human", "json", "raw"] {
                let listed = try sentinel.sentinel("block", "ls", "-o", format)
                let isClean = listed.output.unicodeScalars.allSatisfy { $0 == "\n" || SafeText.prints($0) }
                #expect(isClean, "\(format): \(listed.output.debugDescription)")
            }
            let shown = try #require(try sentinel.sentinel("block", "ls", "-o", "json").json.array[0]["subject"]?.text)
            #expect(try sentinel.sentinel("block", "rm", shown).code == 0)
            #expect(try await sentinel.calls.blocks(limit: 10).total == 0)
        }
    }

    @Test func `the allow list goes before blocks`() async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "user:tester")
            let allowed = try sentinel.sentinel("allow", "add", "user:tester", "--duration", "2h")
            #expect(allowed.output == "allowed user:tester for 2h and lifted the block\n")
            let refused = try sentinel.sentinel("block", "add", "user:tester", "user:other")
            #expect(refused.code == 1)
            #expect(refused.errors == "sentinel: user:tester is on the allow list, take it off first\n")
            #expect(refused.output.hasPrefix("blocked user:other"))
            let listed = try sentinel.sentinel("allow", "ls", "-o", "json").json.array
            #expect(listed.map { $0["subject"] } == [.string("user:tester")])
            #expect(try sentinel.sentinel("allow", "ls", "--type", "ip").output == "No exemptions.\n")
            #expect(try sentinel.sentinel("allow", "rm", "user:tester").code == 0)
            #expect(try sentinel.sentinel("allow", "rm", "user:tester").code == 4)
        }
    }

    @Test(arguments: [
        ("203.0.113.7", "ip:203.0.113.7"), ("::FFFF:203.0.113.7", "ip:203.0.113.7"), ("2001:DB8::1", "ip:2001:db8::1"),
        ("198.51.100.0/24", "net:198.51.100.0/24"), ("2001:db8::/48", "net:2001:db8::/48"), ("::/64", "net:::/64"),
        ("203.0.113.7/32", "ip:203.0.113.7"), ("ip:2001:DB8::1", "ip:2001:db8::1"), ("user:a/b", "user:a/b"),
        ("user:a%0Ab", "user:a%0Ab"), ("user:203.0.113.7", "user:203.0.113.7"), ("device:x:y", "device:x:y"),
    ])
    func `subjects are understood as people write them`(text: String, subject: String) throws {
        #expect(try ValueType<Subject>.subject.parse(text).description == subject)
    }

    @Test(arguments: [
        "mallory", "user:", "User:x", "198.51.100.7/24", "ip:x", "user:100%", "", "1.2.3", "1.2.3.0/33",
        "ab/cd",
    ])
    func `what is no subject is refused before anything is changed`(text: String) throws {
        #expect(throws: ValueProblem.self) { try ValueType<Subject>.subject.parse(text) }
    }

    @Test func `more than ten years is called permanent`() {
        #expect(
            problem("block", "add", "user:x", "-d", "3651d")?.message
                == "--duration: longer than ten years is permanent")
        #expect(problem("allow", "add", "user:x", "-d", "3650d") == nil)
    }
}
