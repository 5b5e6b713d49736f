import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

/// Lists of blocks, and their way into Redis and back.
struct BlockListFileTests {
    private static func reader(_ text: String, _ format: BlockListFormat) throws -> BlockListReader {
        try BlockListReader(Array(text.utf8), format)
    }

    @Test func `a plain list has a subject a line, comments and empty lines aside`() throws {
        let list = try Self.reader(
            "# from them\n203.0.113.7 # a bot\n\n  2001:DB8::/64\r\nuser:a\nnonsense\n10.0.0.1/32", .plain)
        #expect(
            list.wishes.map(\.subject.description)
                == ["ip:203.0.113.7", "net:2001:db8::/64", "user:a", "ip:10.0.0.1"])
        #expect(list.wishes.map(\.line) == [2, 4, 5, 7])
        #expect(list.problems.map(\.line) == [6])
    }

    @Test func `CSV names its columns, ours or those of others`() throws {
        let list = try Self.reader(
            """
            ip_address,reason,notes,expires_at,action
            203.0.113.7,spam,"a, b",2030-01-01T00:00:00Z,challenge
            198.51.100.0/24,,,permanent,
            192.0.2.1,BOREDOM,,,
            192.0.2.2,,,soon,
            """, .csv)
        let first = try #require(list.wishes.first)
        #expect((first.reason, first.note, first.action) == (.spam, "a, b", .challenge))
        #expect(first.until == 1_893_456_000_000)
        #expect(list.wishes.count == 2)
        #expect(list.wishes[1].until == nil)
        #expect(list.problems.map(\.line) == [4, 5])
        #expect(throws: EventError.self) { try Self.reader("a,b\n1,2\n", .csv) }
    }

    @Test func `JSON lines hold one object each`() throws {
        let list = try Self.reader(
            """
            {"subject":"user:a","duration_ms":5000,"note":null}
            [1]
            {"reason":"SPAM"}
            """, .jsonl)
        #expect(list.wishes.map(\.duration) == [5000])
        #expect(list.problems.map(\.line) == [2, 3])
    }

    @Test(arguments: BlockListFormat.allCases)
    func `what is exported can be imported again`(format: BlockListFormat) async throws {
        try await Stage.with { stage in
            let calls = stage.calls
            let texts = ["ip:203.0.113.7", "net:198.51.100.0/24", "user:=1+1,\"x\"%0A"]
            let wishes = try texts.map { BlockWish(line: 1, subject: try Subject(printable: $0)) }
            var defaults = BlockDefaults()
            defaults.note = "=a, \"note\""
            defaults.reason = .fraud
            #expect(try await calls.importBlocks(wishes, defaults, by: "admin:x").added == 3)
            let blocks = try await calls.blocks(limit: 10).entries.map(\.value)
            let text =
                BlockListWriter.head(format)
                + blocks.compactMap { BlockListWriter.line($0, format) }.joined()
            let list = try Self.reader(text, format)
            #expect(list.problems.isEmpty)
            let expected = format == .plain ? Array(texts.prefix(2)) : texts
            #expect(Set(list.wishes.map(\.subject.description)) == Set(expected))
            if format != .plain { #expect(list.wishes.allSatisfy { $0.reason == .fraud }) }
        }
    }

    @Test func `a long list goes in by small pieces, and its failures are told by line`() async throws {
        try await Stage.with { stage in
            let calls = stage.calls
            _ = try await calls.allow(try Subject(printable: "user:42"), for: nil, by: "admin:x", note: nil)
            var wishes = try (1...2000).map { BlockWish(line: $0, subject: try Subject(printable: "user:\($0)")) }
            wishes[99].until = 1
            let before = try await calls.client.call("INFO", "commandstats").string
            let outcome = try await calls.importBlocks(wishes, BlockDefaults(), by: "admin:x")
            #expect(outcome.added == 1998)
            #expect(outcome.problems.map(\.line) == [42, 100])
            // No call holds up others for longer than 25 blocks take.
            #expect(try await Self.count(of: "fcall", stage) - Self.count(of: "fcall", in: before) == 80)
            let audit = try await calls.auditEntries(AuditFilter(what: "import"), limit: 100)
            #expect(audit.entries.count == 80)
        }
    }

    @Test(arguments: [BlockListFormat.plain, .csv])
    func `a list may have 100,000 blocks, whatever stands between and behind them`(format: BlockListFormat) throws {
        let head = format == .csv ? "subject\n" : "# so many\n\n"
        let most = head + String(repeating: "192.0.2.1\n", count: BlockListReader.mostRows)
        #expect(try Self.reader(most, format).wishes.count == BlockListReader.mostRows)
        let error = #expect(throws: EventError.self) { try Self.reader(most + "192.0.2.1", format) }
        #expect(error?.description.contains("more than 100000 blocks") == true)
    }

    private static func count(of command: String, _ stage: Stage) async throws -> Int {
        count(of: command, in: try await stage.calls.client.call("INFO", "commandstats").string)
    }

    private static func count(of command: String, in text: String) -> Int {
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_\(command):") }
        return line?.firstMatch(of: /calls=(\d+)/).flatMap { Int($0.1) } ?? 0
    }

    @Test func `the history tells what was set, changed, lifted and imported, and what stands`() async throws {
        try await Stage.with { stage in
            let calls = stage.calls
            let subject = try Subject(printable: "user:a")
            _ = try await calls.block(
                subject, for: .seconds(60), action: .block, reason: .spam, by: "admin:x", note: nil)
            var edit = BlockEdit()
            edit.note = "longer"
            edit.term = .permanent
            let changed = try #require(try await calls.changeBlock(subject, edit, by: "admin:y"))
            #expect(changed.until == nil)
            #expect(try await calls.blocks(limit: 1).entries[0].value.reason == "SPAM")
            _ = try await calls.importBlocks(
                [BlockWish(line: 1, subject: try Subject(printable: "user:b"))], BlockDefaults(), by: "admin:z")
            let history = try await calls.blockHistory(limit: 10)
            #expect(history.records.map(\.change) == [.imported, .changed, .added])
            #expect(history.records.map(\.isActive) == [true, true, false])
            _ = try await calls.unblock(subject, by: "admin:x", note: "fine")
            let own = try await calls.blockHistory(of: subject, limit: 10)
            #expect(own.records.map(\.change) == [.lifted, .changed, .added])
            #expect(own.records.allSatisfy { !$0.isActive })
            #expect(own.records[0].note == "fine")
            var paged: [BlockRecord] = []
            var cursor: String?
            repeat {
                let page = try await calls.blockHistory(limit: 1, after: cursor)
                paged += page.records
                cursor = page.next
            } while cursor != nil
            #expect(paged.map(\.change) == [.lifted, .imported, .changed, .added])
            #expect(try await calls.changeBlock(subject, edit, by: "admin:y") == nil)
        }
    }
}
