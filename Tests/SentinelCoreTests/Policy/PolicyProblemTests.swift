import Testing

@testable import SentinelCore

/// One bad policy per mistake in `Fixtures/policies`, and beside it what is said of it.
struct PolicyProblemTests {
    private static let folder = "Tests/SentinelCoreTests/Fixtures/policies"

    static func problems(_ bytes: [UInt8], file: String) -> [PolicyProblem] {
        do throws(PolicyProblems) {
            _ = try PolicyDocument(reading: bytes, file: file) { _ in .failure(.init("No such file or directory")) }
            return []
        } catch {
            return error.problems
        }
    }

    private static func fixtures() throws -> [String] {
        try Fixture.names(folder).filter { $0.hasSuffix(".yaml") }
    }

    @Test func `each mistake is told with its place and what would be right`() throws {
        let names = try Self.fixtures()
        #expect(names.count > 10)
        for name in names {
            let found = Self.problems(try Fixture.bytes("\(Self.folder)/\(name)"), file: name)
            let wanted = try Fixture.text("\(Self.folder)/\(name.dropLast(5)).txt")
            #expect(found.map { $0.description + "\n" }.joined() == wanted)
        }
    }

    @Test func `there is a fixture for every kind of mistake`() throws {
        var kinds: Set<PolicyProblem.Kind> = []
        for name in try Self.fixtures() {
            kinds.formUnion(Self.problems(try Fixture.bytes("\(Self.folder)/\(name)"), file: name).map(\.kind))
        }
        // Too large for the repository.
        kinds.formUnion(Self.problems(Array(repeating: 32, count: 2 << 20), file: "").map(\.kind))
        kinds.formUnion(
            Self.problems(Array(("[" + String(repeating: "a,", count: 100_001) + "]").utf8), file: "").map(\.kind))
        #expect(Set(PolicyProblem.Kind.all).subtracting(kinds).isEmpty)
    }

    @Test func `a hundred problems are told and the rest is counted`() throws {
        let text = "rules: []\n" + (0..<250).map { "key\($0): 1\n" }.joined()
        #expect(throws: PolicyProblems.self) { try PolicyDocumentTests.read(text) }
        do throws(PolicyProblems) {
            _ = try PolicyDocumentTests.read(text)
        } catch {
            #expect(error.problems.count == 100)
            #expect(error.omitted == 150)
            #expect(error.description.hasSuffix("\nand 150 more"))
        }
    }

    @Test func `no change to the built-in file does worse than a problem with a place`() throws {
        let source = PolicyDocument.standard.source.yaml
        let lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var random = SplitMix(seed: 7)
        var readable = 0
        for _ in 0..<600 {
            var bytes = source
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = bytes.indices.randomElement(using: &random) ?? 0
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            case 1:
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let other = Int.random(in: 0..<bytes.count, using: &random)
                bytes.removeSubrange(min(place, other)..<min(max(place, other), min(place, other) + 40))
            case 2:
                let place = Int.random(in: 0...bytes.count, using: &random)
                bytes.insert(contentsOf: random.bytes(1...12, bias: ":-[]{},&*!|>'\"#%@ \n\t0aé"), at: place)
            default:
                var mixed = lines
                mixed.swapAt(
                    Int.random(in: 0..<lines.count, using: &random), Int.random(in: 0..<lines.count, using: &random))
                bytes = Array(mixed.joined(separator: [UInt8(ascii: "\n")]))
            }
            let found = Self.problems(bytes, file: "f")
            if found.isEmpty { readable += 1 }
            let height = bytes.count { $0 == UInt8(ascii: "\n") } + 2
            for problem in found {
                #expect((1...height).contains(problem.position.line))
                #expect(problem.position.column >= 1)
                #expect(!problem.message.isEmpty)
            }
        }
        #expect(readable > 30 && readable < 570)
    }
}
