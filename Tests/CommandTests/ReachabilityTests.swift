import SentinelCore
import SentinelEngine
import SentinelRedis
import TestSupport
import Testing

@testable import sentinel

struct ReachabilityTests {
    @Test(arguments: [
        ["record", "message", "-u", "a"], ["check", "-u", "a"], ["watch"], ["block", "add", "user:a"], ["block", "ls"],
        ["block", "rm", "user:a"], ["allow", "add", "user:a"], ["allow", "ls"], ["allow", "rm", "user:a"],
        ["incident", "ls"], ["incident", "show", "i0-1"], ["stats"], ["policy", "show"],
    ])
    func `without a Redis every command ends with 5 and names the address`(arguments: [String]) throws {
        let result = try Subprocess.run(
            Subprocess.sentinel, arguments, environment: ["XDG_DATA_HOME": "/nonexistent"])
        #expect(result.code == 5)
        #expect(result.errors.contains("/nonexistent/sentinel/redis.sock"))
        #expect(result.errors.contains("Is 'sentinel up' running?"))
    }

    @Test func `an address that was given needs no word about the default`() throws {
        let result = try Subprocess.sentinel("stats", "--redis", "unix:/nonexistent.sock")
        #expect(result.code == 5)
        #expect(result.errors.contains("/nonexistent.sock"))
        #expect(!result.errors.contains("sentinel up"))
    }

    @Test func `an address that cannot be right is bad usage, and no password is shown`() throws {
        let result = try Subprocess.sentinel("stats", "--redis", "redis://u:secret@host:port")
        #expect(result.code == 2)
        #expect(!result.errors.contains("secret"))
    }

    @Test func `without the library the advice is to load it`() async throws {
        try await withRedisServer { server in
            let environment = ["SENTINEL_REDIS": server.address.description]
            for arguments in [["record", "message", "-u", "a"], ["block", "add", "user:x"], ["policy", "show"]] {
                let result = try Subprocess.run(Subprocess.sentinel, arguments, environment: environment)
                #expect(result.code == 1)
                #expect(result.errors.contains("'sentinel up' and 'sentinel run' load it"))
            }
        }
    }

    @Test(arguments: [
        (RedisError.Code.connectionRefused, ExitCode.unreachable), (.timeout, .unreachable), (.loading, .unreachable),
        (.busy, .unreachable), (.connectionLost, .unreachable), (.protocolError, .unreachable),
        (.server("BADARG"), .usage), (.server("ALLOWED"), .failure), (.noFunction, .failure), (.noAuth, .failure),
        (.badAddress, .usage), (.wrongType, .failure), (.outOfMemory, .failure), (.cancelled, .interrupted),
    ])
    func `every error of Redis has its exit code`(code: RedisError.Code, exit: ExitCode) {
        #expect(Failure(mapping: RedisError(code, "x")).code == exit)
    }

    @Test func `only the head of a refusal is cut off`() {
        func message(_ text: String) -> String { Failure(mapping: RedisError(.server("BADARG"), text)).message }
        #expect(message("BADARG sentinel_block: subject is 'x: y', want z") == "subject is 'x: y', want z")
        #expect(message("BADARG something: else") == "something: else")
        #expect(message("BADARG") == "")
    }
}
