import Testing

@testable import SentinelCore

struct PatternListTests {
    private func list(_ text: String) throws -> PatternList { try PatternList(parsing: Array(text.utf8)) }

    @Test func `lines below a heading are its family, and those above are families of their own`() throws {
        let list = try list("# note\n\nfoo\r\n[bad 0.5]\nbar\n\\#baz\n[worse 2]\nqux")
        #expect(list.families.map(\.name) == ["line-3", "bad", "worse"])
        #expect(list.families.map(\.weight) == [1, 0.5, 2])
        #expect(list.entries.map(\.family) == [0, 1, 1, 2])
        #expect(list.entries.map(\.line) == [3, 5, 6, 8])
    }

    @Test func `a class in brackets is an expression and not a heading`() throws {
        #expect(try list("[abc]\n[a b c]\n[^ 1]").families.map(\.name) == ["line-1", "line-2", "line-3"])
    }

    @Test func `all errors are told at once with line and column`() throws {
        let error = try #require(throws: PatternList.Invalid.self) {
            try list("ok\nfoo(bar\n[fam 0]\n[fam 101]\na**\n[z-a]")
        }
        #expect(error.problems.map(\.line) == [2, 3, 4, 5, 6])
        #expect(error.problems.map(\.column) == [8, 6, 6, 3, 4])
        #expect(error.problems[0].reason == "missing closing parenthesis")
        #expect(error.problems[1].reason == "a weight is from 0.01 to 100")
    }

    @Test func `an expression or a list that is too long is refused`() throws {
        let long = try #require(throws: PatternList.Invalid.self) { try list(String(repeating: "a", count: 4097)) }
        #expect(long.problems.map(\.reason) == ["longer than 4096 bytes"])
        let many = try #require(throws: PatternList.Invalid.self) { try list(String(repeating: "a\n", count: 2001)) }
        #expect(many.problems.map(\.reason) == ["more than 2000 expressions"])
        let huge = String(repeating: "# \n", count: PatternList.maximumLength)
        #expect(throws: PatternList.Invalid.self) { try list(huge) }
    }

    @Test func `the built-in list is well formed and every family has a weight of at most 1`() {
        #expect(PatternList.jailbreak.count > 50)
        #expect(PatternList.jailbreak.families.allSatisfy { $0.weight <= 1 })
        // Expressions that are tried on every text are what a long list costs.
        #expect(PatternList.jailbreak.unconditional.isEmpty)
    }

    @Test(
        arguments: [
            ("foo", ["foo"]), ("Foo Bar", ["foo bar"]), ("ab+c", ["ab"]), ("abc?", ["abc", "ab"]), ("abc*", ["ab"]),
            ("a(?:b|cd)e", ["abe", "acde"]), ("(?:ig|dis)\\w+ (?:rule|law)s", [" rules", " laws"]),
            ("foo|bar", ["foo", "bar"]),
            ("\\bfoo\\b", ["foo"]), ("^foo$", ["foo"]), ("a\\.b", ["a.b"]), ("fo{2}", ["fo"]),
            ("(?:foo){0,2}bar", ["bar"]),
            ("[ab]foo[^]c]", ["foo"]), ("x{foo", ["x{foo"]), ("忽略", ["忽略"]), ("игла", ["и", "И"]), ("в", nil),
        ] as [(String, [String]?)])
    func `required words are read off an expression`(expression: String, words: [String]?) {
        let required = RequiredLiterals.of(Array(expression.utf8))?.map { String(decoding: $0, as: UTF8.self) }
        #expect(required == words)
    }

    @Test(arguments: [
        "", "a", ".*", "foo|.", "foo|", "(?i)foo", "(?=foo)", "(?:foo)?", "(?:foo){0}", "a{2}{0}bcd", "\\Qfoo\\E",
        "(*UTF)foo",
        "[[:alpha:]]foo", "\\p{L}foo", "é", "(?<n>foo)", "(foo){,3}",
    ])
    func `what is not understood requires nothing`(expression: String) {
        #expect(RequiredLiterals.of(Array(expression.utf8)) == nil)
    }

    @Test func `a sequence requires a word of each of its sets, the rarest first`() {
        let sets = RequiredLiterals.sets(of: Array("(?:ignor\\w*|skip) (?:\\w+ )*?(?:rules|laws)\\W+(?:now)?of".utf8))
        let words = sets.map { $0.map { String(decoding: $0, as: UTF8.self) } }
        #expect(words == [["ignor", "skip"], ["rules", "laws"], ["nowof", "of"]])
    }

    @Test func `an expression is tried where all that it requires is there`() throws {
        let matcher = PatternMatcher(try PatternList(parsing: Array("ignore\\W+(?:\\w+\\W+)?rules".utf8)))
        for (text, hits) in [("Rules: ignore no rules", 1), ("ignore this", 0), ("rules", 0), ("ignore rules", 1)] {
            #expect(matcher.search(Array(text.utf8)).hits.count == hits)
        }
    }

    @Test func `the scanner finds every word once, those within others too`() {
        let scanner = LiteralScanner(
            ["he", "she", "his", "hers"].enumerated().map { (Array($1.utf8), $0) })
        var scratch = scanner.makeScratch()
        for (text, owners) in [("uSHErs ushers", [0, 1, 3]), ("his", [2]), ("h\u{e9}", []), ("", [])]
            as [(String, [Int])]
        {
            var found: [Int] = []
            scanner.scan(Array(text.utf8), &scratch) { found.append($0) }
            #expect(found.sorted() == owners)
        }
    }

    @Test func `the words that are required never hide a match`() throws {
        // Whatever the list finds with its prefilter it finds expression by expression without.
        var random = SeededGenerator(seed: 11)
        let pieces = [
            "a", "ab", "b?", "(?:ab|c)", "[ab]", "(?:a|)", "c+", "\\b", " ", "(?:ba){2}", "\\w", "(?:abc)?", ".",
        ]
        let texts = (0..<60).map { _ in
            (0..<random.index(below: 12)).map { _ in random.pick(["a", "b", "c", " ", "ba", "É"]) }.joined()
        }
        let matcher = ExpressionMatcher()
        for _ in 0..<300 {
            let source = Array((0...random.index(below: 6)).map { _ in random.pick(pieces) }.joined().utf8)
            let expression = try Expression(source, isCaseless: true)
            let sets = RequiredLiterals.sets(of: source)
            if sets.isEmpty { continue }
            let scanner = LiteralScanner(zip(0..., sets).flatMap { number, set in set.map { ($0, number) } })
            var scratch = scanner.makeScratch()
            for text in texts {
                guard matcher.firstMatch(of: expression, in: Array(text.utf8)) != .none else { continue }
                var found: Set<Int> = []
                scanner.scan(Array(text.utf8), &scratch) { found.insert($0) }
                #expect(found.count == sets.count, "\(String(decoding: source, as: UTF8.self)) on \(text)")
            }
        }
    }
}
