import SentinelCore
import SentinelEngine
import SentinelRedis
import TestSupport
import Testing

@testable import sentinel

struct DoctorTests {
    private func states(_ result: Subprocess) throws -> [String: String] {
        var states: [String: String] = [:]
        for item in try result.json.array { states[item["check"]?.text ?? ""] = item["state"]?.text }
        return states
    }

    @Test func `a good installation is found good`() async throws {
        try await withInstallation(keepsData: true) { sentinel in
            _ = try await sentinel.calls.call("sentinel_lease", ["owner", "here", "ttl", 60_000])
            _ = try sentinel.sentinel("block", "add", "user:x")
            let page = try sentinel.sentinel("doctor")
            #expect(page.code == 0, "\(page.output)")
            #expect(page.output.contains("ok    keyspace     1 blocks looked at, edges see all\n"))
            let states = try states(sentinel.sentinel("doctor", "-o", "json"))
            // How busy the machine is at this moment is none of the installation's doing.
            #expect(states.filter { $0.key != "latency" }.values.allSatisfy { $0 == "ok" }, "\(states)")
            #expect(
                Set(states.keys) == [
                    "redis", "latency", "clock", "library", "persistence", "eviction", "memory", "coordinator",
                    "backlog", "dropped", "keyspace",
                ])
        }
    }

    @Test func `each thing that is wrong is named, with what to do`() async throws {
        try await withInstallation { sentinel in
            let client = sentinel.calls.client
            _ = try sentinel.sentinel("block", "add", "user:x")
            _ = try await client.call("DEL", "sentinel:block:user:x")
            _ = try await client.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
            let today = try await sentinel.calls.now() / 86_400_000
            _ = try await client.call("HSET", sentinel.calls.keys.statistics(day: today), "dropped", 3)
            let result = try sentinel.sentinel("doctor", "-o", "json")
            #expect(result.code == 1)
            let states = try states(result)
            #expect(states["persistence"] == "failure")
            #expect(states["eviction"] == "failure")
            #expect(states["coordinator"] == "failure")
            #expect(states["dropped"] == "warning")
            #expect(states["keyspace"] == "warning")
            #expect(states["library"] == "ok")
            for item in try result.json.array where item["state"] != .string("ok") {
                #expect(item["advice"]?.text?.isEmpty == false)
            }
        }
    }

    @Test func `an empty Redis lacks the library`() async throws {
        try await withRedisServer { server in
            let environment = ["SENTINEL_REDIS": server.address.description]
            let result = try Subprocess.sentinel("doctor", "-o", "json", environment: environment)
            #expect(result.code == 1)
            #expect(try states(result)["library"] == "failure")
        }
    }

    @Test func `a user who may not call functions, or look around, is told so`() async throws {
        try await withInstallation { sentinel in
            let client = sentinel.calls.client
            // Addresses of sockets carry no user, so the default user is weakened instead.
            _ = try await client.call(
                "ACL", "SETUSER", "default", "-@all", "+@read", "+ping", "+time", "+client", "+select")
            let result = try sentinel.sentinel("doctor", "-o", "json")
            #expect(result.code == 1)
            let states = try states(result)
            #expect(states["access"] == "failure")
            #expect(states["redis"] == "warning")
            #expect(states["persistence"] == nil)
        }
    }

    @Test func `without a Redis there is one thing to say`() throws {
        let result = try Subprocess.sentinel("doctor", "-o", "json", "--redis", "unix:/nonexistent.sock")
        #expect(result.code == 1)
        #expect(try states(result) == ["redis": "failure"])
    }
}
