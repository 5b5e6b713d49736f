import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelRedis

/// Checks everything that must be right for Sentinel to work.
struct Doctor: Command {
    static let name = "doctor"
    static let abstract = "Check that everything is as it should be"
    static let discussion = """
        Says of each thing that is wrong what to do about it, and ends with 1 if anything is. Changes nothing.
        """
    static let examples = [
        Example("Check the local Redis and policy", "sentinel doctor"),
        Example("Check another Redis", "sentinel doctor --redis redis://10.0.0.5:6379"),
        Example("Ask a daemon how it sees its Redis", "sentinel doctor --api http://127.0.0.1:8787"),
    ]

    private static let columns: [Column<Diagnosis>] = [
        Column("state") { .string($0.state.rawValue) },
        Column("check") { .string($0.check) },
        Column("message") { .string($0.message) },
        Column("advice") { .optional($0.advice, Value.string) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let diagnoses = try await context.globals.api == nil ? overRedis(context) : overAPI(context)
        if context.output.format == .human {
            for diagnosis in diagnoses { try write(diagnosis, to: context.output) }
        } else {
            try context.output.list(diagnoses, Self.columns, empty: "")
        }
        return diagnoses.contains { $0.state == .failure } ? .failure : .ok
    }

    private func overRedis(_ context: Context) async throws -> [Diagnosis] {
        try await context.withUncheckedRedis { session in
            do throws(RedisError) {
                try await context.waitForConnection(session)
            } catch {
                if error.code == .cancelled { throw error }
                return [Examination.unreachable(error)]
            }
            return try await RedisOperations(session.calls).diagnoses(clock: context.output.clock)
        }
    }

    private func overAPI(_ context: Context) async throws -> [Diagnosis] {
        do {
            return try await context.withOperations { try await $0.diagnoses(clock: context.output.clock) }
        } catch let failure as APIFailure where failure.status == nil || failure.status == 503 {
            return [.unreachableAPI(failure.message)]
        }
    }

    private func write(_ diagnosis: Diagnosis, to output: Output) throws {
        let (word, tone): (String, Tone) =
            switch diagnosis.state {
            case .ok: ("ok  ", .good)
            case .warning: ("warn", .warning)
            case .failure: ("fail", .bad)
            }
        let check = diagnosis.check + String(repeating: " ", count: max(0, 12 - diagnosis.check.utf8.count))
        try output.write("\(tone.paint(word, output.colours))  \(check) \(SafeText.escape(diagnosis.message))\n")
        if let advice = diagnosis.advice { try output.line("                   → \(advice)") }
    }
}
