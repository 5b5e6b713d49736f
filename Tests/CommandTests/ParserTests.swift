import SentinelCore
import SentinelEngine
import Testing

@testable import sentinel

struct ParserTests {
    @Test(arguments: [
        ["block", "add", "ip:192.0.2.1", "--duration", "90m"],
        ["block", "add", "ip:192.0.2.1", "--duration=90m"],
        ["block", "add", "-d", "90m", "ip:192.0.2.1"],
        ["block", "add", "-d90m", "ip:192.0.2.1"],
        ["block", "add", "-d=90m", "--", "ip:192.0.2.1"],
        ["-o", "human", "block", "--color=never", "add", "ip:192.0.2.1", "-d", "5400"],
        ["block", "add", "-d", "1h", "ip:192.0.2.1", "-d", "1h30m"],
    ])
    func `an option is understood in every usual spelling and place`(words: [String]) throws {
        let invocation = try CommandParser(catalog: .all, environment: [:]).parse(words)
        guard case .run(let command as BlockAdd, _) = invocation else {
            Issue.record("not block add: \(invocation)")
            return
        }
        #expect(command.duration == .limited(.seconds(5400)))
        #expect(command.subjects.map(\.description) == ["ip:192.0.2.1"])
    }

    @Test func `properties keep their defaults when no option is given`() throws {
        let (command, globals) = try #require(try read(BlockAdd.self, "block", "add", "user:a", "user:b"))
        #expect(command.subjects.map(\.description) == ["user:a", "user:b"])
        #expect(command.duration == .limited(.seconds(4 * 3600)))
        #expect(command.action == .block)
        #expect(command.note == nil)
        #expect(globals == GlobalOptions())
    }

    @Test func `words after a double dash are never options`() throws {
        let (command, _) = try #require(try read(Replay.self, "replay", "--", "-h", "--note"))
        #expect(command.files == ["-h", "--note"])
    }

    @Test func `a dash alone is a word and a value that begins with a dash needs the equals sign`() throws {
        let (replay, _) = try #require(try read(Replay.self, "replay", "-"))
        #expect(replay.files == ["-"])
        #expect(problem("block", "rm", "user:x", "--note", "-really")?.message.contains("--note=…") == true)
        let (remove, _) = try #require(try read(BlockRemove.self, "block", "rm", "user:x", "--note=-really"))
        #expect(remove.note == "-really")
    }

    @Test func `choices are read in upper and lower case`() throws {
        let (command, globals) = try #require(
            try read(BlockAdd.self, "block", "add", "user:x", "--reason", "abuse", "-oJSON"))
        #expect(command.reason == .abuse)
        #expect(globals.output == .json)
    }

    @Test func `variables stand in for options and options go first`() throws {
        let environment = ["SENTINEL_REDIS": "redis://one", "SENTINEL_NAMESPACE": "shop"]
        let (_, fromVariables) = try #require(try read(Stats.self, "stats", environment: environment))
        #expect(fromVariables.redis == "redis://one")
        #expect(fromVariables.namespace == "shop")
        let (_, fromOptions) = try #require(
            try read(Stats.self, "stats", "--redis", "unix:///two", environment: environment))
        #expect(fromOptions.redis == "unix:///two")
        #expect(fromOptions.namespace == "shop")
        let (_, fromEmpty) = try #require(try read(Stats.self, "stats", environment: ["SENTINEL_REDIS": ""]))
        #expect(fromEmpty.redis == nil)
    }

    @Test func `a bad variable is named in the message`() {
        let found = problem("stats", environment: ["SENTINEL_NAMESPACE": "a{b}"])
        #expect(found?.message.hasPrefix("SENTINEL_NAMESPACE (for --namespace): 'a{b}'") == true)
    }

    @Test func `the address of Redis is never repeated, it may hold a password`() {
        let found = problem("stats", "--redis", "http://:secret@example.org")
        #expect(found != nil)
        #expect(found?.message.contains("secret") == false)
    }

    @Test(arguments: [
        (["blok", "ls"], "'blok' is no command. Did you mean 'block'?", ""),
        (["block"], "'block' needs a verb: add, rm, change, ls, history, import, export", "block"),
        (["block", "lss"], "'lss' is no verb of 'block'. Did you mean 'ls'?", "block"),
        (["block", "add"], "<subject> is missing", "block add"),
        (["block", "ls", "--limti", "3"], "unknown option '--limti'. Did you mean '--limit'?", "block ls"),
        (["block", "ls", "-x"], "unknown option '-x'", "block ls"),
        (["block", "ls", "--limit"], "--limit needs a value <n>", "block ls"),
        (["block", "ls", "--limit", "0"], "--limit: '0' is not a whole number from 1 to 100000", "block ls"),
        (["block", "ls", "extra"], "'extra' is one word too many", "block ls"),
        (["stats", "--help=no"], "--help takes no value", "stats"),
        (["up", "--once"], "--once needs --replay <file>", "up"),
        (["check"], "who? Give --user <id>, --ip <address> or both", "check"),
        (
            ["stats", "--namespace", ""],
            "--namespace: '' is not a namespace: 1 to 64 letters, digits, '.', '_' or '-'", "stats"
        ),
    ])
    func `a wrong line is answered with the word, what would be right, and where help is`(
        words: [String], message: String, command: String
    ) throws {
        let error = #expect(throws: UsageProblem.self) {
            try CommandParser(catalog: .all, environment: [:]).parse(words)
        }
        #expect(error == UsageProblem(message, in: command))
    }

    @Test func `hostile words are shown harmless and short in messages`() throws {
        let word = "--\u{1B}]0;owned\u{07}" + String(repeating: "x", count: 100_000)
        let found = try #require(problem("stats", word))
        #expect(!found.message.contains("\u{1B}"))
        #expect(found.message.utf8.count < 200)
    }

    @Test(arguments: [["-h"], ["--help"], ["help"], ["-o", "json", "-h"]])
    func `help of the program needs no command`(words: [String]) throws {
        guard case .help(let text) = try CommandParser(catalog: .all, environment: [:]).parse(words) else {
            Issue.record("no help")
            return
        }
        #expect(text == HelpText.program(.all))
    }

    @Test(arguments: [["block", "add", "-h"], ["help", "block", "add"], ["block", "add", "--nonsense", "--help"]])
    func `help of a command is there however the rest of the line looks`(words: [String]) throws {
        guard case .help(let text) = try CommandParser(catalog: .all, environment: [:]).parse(words) else {
            Issue.record("no help")
            return
        }
        #expect(text == HelpText.command(BlockAdd.self))
    }

    @Test func `no command has an option twice or an argument after a list`() {
        for command in Catalog.all.commands {
            let words = (command.specs + GlobalOptions.specs).flatMap(\.words)
            #expect(Set(words).count == words.count, "\(command.name)")
            let arguments = command.specs.filter(\.isArgument)
            #expect(!arguments.dropLast().contains { $0.role != .argument(.one) }, "\(command.name)")
        }
        // Completion tells the words of a command from the values of options without knowing the command yet.
        let flags = Catalog.all.commands.flatMap { $0.specs }.filter { $0.role == .flag }.flatMap(\.words)
        #expect(Set(flags).isDisjoint(with: Catalog.all.valueOptions))
        let names = Catalog.all.commands.map { $0.name }
        #expect(Set(names).count == names.count)
    }
}
