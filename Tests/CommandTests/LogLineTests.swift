import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct LogLineTests {
    private static func line(_ format: LogFormat, _ message: String) -> String {
        LogOptions(format: format).line(.warning, message, namespace: "forum", at: Output.present)
    }

    @Test func `the same is said to people and to collectors`() {
        #expect(Self.line(.human, "away: 3 tries") == "sentinel: warning: away: 3 tries\n")
        #expect(
            Self.line(.logfmt, "away: 3 tries")
                == "time=2026-02-03T04:05:06.000Z level=warning namespace=forum msg=\"away: 3 tries\"\n")
        #expect(
            Self.line(.json, "away")
                == #"{"time":"2026-02-03T04:05:06.000Z","level":"warning","namespace":"forum","msg":"away"}"# + "\n")
    }

    @Test(arguments: LogFormat.allCases)
    func `what somebody chose stays in its line and its value`(format: LogFormat) throws {
        let nasty = "user:x\n\" level=error msg=\"\u{1B}[2Jfine\u{202E}\\"
        let line = Self.line(format, nasty)
        #expect(line.filter { $0 == "\n" }.count == 1)
        #expect(!line.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        if format == .logfmt {
            #expect(line.hasSuffix(#" msg="user:x\\n\" level=error msg=\"\\u{1B}[2Jfine\\u{202E}\\""# + "\n"))
        }
        if format == .json {
            #expect(try JSONReader.read(Array(line.dropLast().utf8))["level"] == .string("warning"))
        }
    }

    @Test func `what is below the level is not said`() {
        let options = LogOptions(level: .warning)
        #expect(!options.includes(.info))
        #expect(options.includes(.warning))
        #expect(options.includes(.error))
    }

    @Test func `a daemon says it so`() async throws {
        try await withInstallation { sentinel in
            let run = sentinel.start("run", "--listen", "127.0.0.1:0", "--log-format", "json", "--lease", "100ms")
            try await eventually("a coordinator") {
                try await !sentinel.calls.client.call("HGET", sentinel.calls.keys.lease, "owner").isNull
            }
            // Somebody takes the library away for a newer one: the daemon ends by itself.
            let newer =
                "#!lua name=sentinel\nredis.register_function{function_name='sentinel_info',"
                + "callback=function() return {'version','999','policy','x','loaded','1'} end,flags={'no-writes'}}"
            _ = try await sentinel.calls.client.call("FUNCTION", "LOAD", "REPLACE", newer)
            let lines = try await run.value.errors.split(separator: "\n").filter { $0.hasPrefix("{") }
            let values = try lines.map { try JSONReader.read(Array($0.utf8)) }
            #expect(values.contains { $0["msg"]?.text?.hasPrefix("HTTP API at http://127.0.0.1:") == true })
            #expect(values.contains { $0["msg"]?.text?.contains("took the lease") == true })
            #expect(
                values.allSatisfy { $0["namespace"] == .string("sentinel") && $0["time"]?.text?.hasSuffix("Z") == true }
            )
        }
    }
}
