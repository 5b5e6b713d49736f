import Glibc

/// The program from its arguments to its exit code.
enum Program {
    static let version = "0.1.0"

    /// Reads the command line, runs the command it names, and returns the exit code. Blocks until the command ends.
    /// - Parameters:
    ///   - arguments: the words after the program's name.
    ///   - environment: the variables of the process.
    static func run(arguments: [String], environment: [String: String]) -> Int32 {
        if arguments.isEmpty {
            StandardStream.report(HelpText.program(.all))
            return ExitCode.usage.rawValue
        }
        do throws(UsageProblem) {
            let parser = CommandParser(catalog: .all, environment: environment)
            switch try parser.parse(arguments) {
            case .help(let text): return finish { try $0.write(text) }
            case .version: return finish { try $0.write("sentinel \(version)\n") }
            case .run(let command, let globals):
                let context = context(globals, environment)
                return Supervisor.run { await perform(command, context) }.rawValue
            }
        } catch {
            StandardStream.report(Failure(mapping: error).report)
            return ExitCode.usage.rawValue
        }
    }

    /// Runs a command to its end: output flushed, errors reported, exit code known.
    static func perform(_ command: any Command, _ context: Context) async -> ExitCode {
        do {
            let code = try await command.run(context)
            try context.output.flush()
            return code
        } catch {
            let failure = Failure(mapping: error)
            // What was found before the failure is still worth showing, and must come before the message.
            if failure != .outputClosed { try? context.output.flush() }
            context.report(failure.report)
            return failure.code
        }
    }

    /// The process's environment as a dictionary; of doubled names the first counts, as for `getenv`.
    static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if let equals = text.firstIndex(of: "=") {
                let name = String(text[..<equals])
                if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
            }
            entry += 1
        }
        return variables
    }

    private static func context(_ globals: GlobalOptions, _ environment: [String: String]) -> Context {
        let terminal = Terminal(descriptor: StandardStream.output, environment: environment)
        let output = Output(
            format: globals.output,
            terminal: terminal,
            colours: globals.color.allowsColours(on: terminal, environment: environment),
            clock: wallClock,
            sink: { bytes in try StandardStream.write(bytes, to: StandardStream.output) }
        )
        return Context(
            globals: globals,
            environment: environment,
            output: output,
            errorTerminal: Terminal(descriptor: StandardStream.error, environment: environment),
            report: { StandardStream.report($0) }
        )
    }

    /// Prints something that needs no command.
    private static func finish(_ body: (Output) throws -> Void) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        let context = context(GlobalOptions(), [:])
        do {
            try body(context.output)
            try context.output.flush()
            return ExitCode.ok.rawValue
        } catch {
            let failure = Failure(mapping: error)
            StandardStream.report(failure.report)
            return failure.code.rawValue
        }
    }

    private static let wallClock: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
