import Glibc
import Testing

@testable import sentinel

struct ProgramTests {
    @Test(
        arguments: [
            (["--version"], 0), (["version"], 0), (["-h"], 0), (["block", "add", "-h"], 0),
            (["completion", "fish"], 0),
            ([], 2), (["nonsense"], 2), (["block"], 2), (["block", "ls", "--limit", "many"], 2),
        ] as [([String], Int32)])
    func `the exit code tells scripts what happened`(arguments: [String], code: Int32) throws {
        let result = try Subprocess.run(Subprocess.sentinel, arguments)
        #expect(result.code == code)
        #expect(result.output.isEmpty == (code != 0), "results go to stdout, messages to stderr")
        #expect(result.errors.isEmpty == (code == 0))
    }

    @Test func `the version is the same in all formats`() throws {
        #expect(try Subprocess.sentinel("version").output == "sentinel \(Program.version)\n")
        #expect(try Subprocess.sentinel("--version").output == "sentinel \(Program.version)\n")
        #expect(try Subprocess.sentinel("version", "-o", "json").output == "{\"version\":\"\(Program.version)\"}\n")
        #expect(try Subprocess.sentinel("-oraw", "version").output == "version\n\(Program.version)\n")
    }

    @Test func `a wrong line says what is wrong and where help is`() throws {
        let result = try Subprocess.sentinel("blcok", "ls")
        #expect(result.errors == "sentinel: 'blcok' is no command. Did you mean 'block'?\nSee 'sentinel -h'.\n")
    }

    @Test func `variables of the process are read`() throws {
        let result = try Subprocess.sentinel("stats", environment: ["SENTINEL_NAMESPACE": "a:b"])
        #expect(result.code == 2)
        #expect(result.errors.hasPrefix("sentinel: SENTINEL_NAMESPACE (for --namespace): 'a:b' is not a namespace"))
    }

    @Test(arguments: [
        (Failure(.notFound, "x") as any Error, ExitCode.notFound), (Failure(.unreachable, "x"), .unreachable),
        (UsageProblem("x"), .usage), (ValueProblem("x"), .usage), (CancellationError(), .interrupted),
        (Unheard(), .failure),
    ])
    func `every error has its exit code`(error: any Error, code: ExitCode) {
        #expect(Failure(mapping: error).code == code)
    }

    private struct Unheard: Error {}

    @Test func `results before a failure are written before its message`() async {
        struct Halfway: Command {
            static let name = "halfway"
            static let abstract = "Fail after the first result"
            static let examples: [Example] = []
            func run(_ context: Context) async throws -> ExitCode {
                try context.output.line("first")
                throw Failure(.unreachable, "Redis went away")
            }
        }
        let recorder = Recorder()
        let context = Context(
            globals: GlobalOptions(), environment: [:], output: .recording(recorder), errorTerminal: .pipe,
            report: { recorder.write(Array($0.utf8)) })
        #expect(await Program.perform(Halfway(), context) == .unreachable)
        #expect(recorder.text == "first\nsentinel: Redis went away\n")
    }
}
