import Testing

@testable import sentinel

struct HelpTests {
    private static var pages: [(name: String, text: String)] {
        [("program", HelpText.program(.all))]
            + Catalog.all.nouns.map { ($0, HelpText.noun($0, Catalog.all.verbs(of: $0))) }
            + Catalog.all.commands.map { ($0.name, HelpText.command($0)) }
    }

    @Test func `every page fits into 80 columns and has no spaces at the ends of lines`() {
        for page in Self.pages {
            for line in page.text.split(separator: "\n") {
                #expect(DisplayWidth.of(String(line)) <= 80, "\(page.name): \(line)")
                #expect(!line.hasSuffix(" "), "\(page.name): \(line)")
            }
        }
    }

    @Test func `the page of a command shows usage, examples, arguments and options`() {
        #expect(
            HelpText.command(AllowAdd.self).hasPrefix(
                """
                Never block somebody.

                Usage: sentinel allow add [options] <subject>...

                Examples:
                  # Your office
                  sentinel allow add net:192.0.2.0/24 --note office

                  # A load test, for two hours
                  sentinel allow add 203.0.113.7 --duration 2h

                An exemption goes before every block and limit, and lifts the block that stands.

                Arguments:
                  <subject>                 ip:203.0.113.7, user:alice, net:198.51.100.0/24; a
                                            bare address or network

                Options:
                  -d, --duration <time>     how long: 90s, 10m, 4h, 7d, permanent (default:
                                            permanent)
                      --note <text>         for other admins
                      --by <name>           who does it, for the audit log (default: $USER)

                Every command:
                  -o, --output <format>     human, json or raw (CSV) (default: human)
                """))
    }

    @Test func `the first page names every command`() {
        let text = HelpText.program(.all)
        for command in Catalog.all.commands {
            #expect(text.contains("\n  \(command.name) "))
        }
    }

    @Test func `every command has two to four examples and all of them are valid`() throws {
        for command in Catalog.all.commands {
            #expect((2...4).contains(command.examples.count), "\(command.name)")
            for example in command.examples {
                let lines = Self.calls(in: example.line)
                #expect(!lines.isEmpty, "\(example.line)")
                for words in lines {
                    let invocation = try CommandParser(catalog: .all, environment: [:]).parse(words)
                    guard case .run = invocation else {
                        Issue.record("\(example.line) runs nothing")
                        continue
                    }
                }
                #expect(lines.contains { $0.prefix(2).joined(separator: " ").hasPrefix(command.name) })
            }
        }
    }

    /// The calls of `sentinel` in a shell line, as words after the program's name.
    private static func calls(in line: String) -> [[String]] {
        var words: [String] = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "'": isQuoted.toggle()
            case " " where !isQuoted: words.append("")
            case "(", ")", ">", "|", "<":
                if isQuoted { words[words.count - 1].append(character) } else { words += ["|", ""] }
            default: words[words.count - 1].append(character)
            }
        }
        return words.filter { !$0.isEmpty }.split(separator: "|")
            .filter { $0.first == "sentinel" }.map { Array($0.dropFirst()) }
    }
}
