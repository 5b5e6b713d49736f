import Foundation
import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

struct AuthzTests {
    @Test func `blocks, networks, users and the allow list decide, with ref and time`() async throws {
        try await APIHost.with { host in
            try await host.waitForMirror()
            let free = try await host.authz("203.0.113.7")
            #expect(free.status == 200)
            #expect(free.headers["x-sentinel-action"] == "allow")
            #expect(free.body == "")

            let ref = try await host.block("ip:203.0.113.7", for: .seconds(100))
            let refused = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
            #expect(refused.headers["x-sentinel-action"] == "block")
            #expect(refused.headers["x-sentinel-ref"] == ref)
            // Less on a machine that has other things to do.
            #expect((80...100).contains(Int(refused.headers["retry-after"] ?? "") ?? 0))
            #expect(refused.json["ref"] == .string(ref))
            let page = try await host.authz("203.0.113.7", accept: "text/html,*/*")
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(page.body.contains(ref))
            #expect(try await host.authz("198.51.100.1, 203.0.113.7").status == 403)
            #expect(try await host.authz("203.0.113.7, 198.51.100.1").status == 200)

            _ = try await host.block("net:2001:db8::/64", for: nil, .challenge)
            _ = try await host.wait({ try await host.authz("2001:db8::77") }) { $0.status == 403 }
            #expect(try await host.authz("2001:db8::77", "?challenge=401").status == 401)
            #expect(try await host.authz("2001:db8:0:1::77").status == 200)

            _ = try await host.block("user:eve x", for: nil, .throttle)
            _ = try await host.wait({ try await host.authz("192.0.2.9", "?user=eve+x") }) { $0.status == 403 }
            #expect(try await host.authz("192.0.2.9", "?user=eve+x&throttle=429").status == 429)
            #expect(try await host.authz("192.0.2.9", "?user=ada").status == 200)

            _ = try await host.calls.allow(
                try Subject(printable: "net:2001:db8::/48"), for: nil, by: "admin:t", note: nil)
            _ = try await host.wait({ try await host.authz("2001:db8::77") }) { $0.status == 200 }
            _ = try await host.calls.disallow(try Subject(printable: "net:2001:db8::/48"), by: "admin:t", note: nil)
            _ = try await host.wait({ try await host.authz("2001:db8::77") }) { $0.status == 403 }
            _ = try await host.calls.unblock(try Subject(printable: "ip:203.0.113.7"), by: "admin:t", note: nil)
            _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 200 }
            _ = try await host.block("ip:203.0.113.8", for: .seconds(5))
            _ = try await host.wait({ try await host.authz("203.0.113.8") }) { $0.status == 403 }
            _ = try await host.wait({ try await host.authz("203.0.113.8") }) { $0.status == 200 }
        }
    }

    @Test func `what Envoy asks beneath the path is understood, and the other request's query is not`() async throws {
        try await APIHost.with { host in
            try await host.waitForMirror()
            _ = try await host.block("ip:203.0.113.7", for: nil, .throttle)
            let fields = [(name: "X-Forwarded-For", value: "203.0.113.7")]
            func ask(_ method: String, _ target: String) async throws -> Int {
                try await host.ask(method, target, fields: fields).status
            }
            _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
            #expect(try await ask("POST", "/v1/authz/login?throttle=429&nonsense") == 403)
            #expect(try await ask("GET", "/v1/authz;throttle=429/a/b;c=d?x") == 429)
            #expect(try await ask("DELETE", "/v1/authz/") == 403)
            #expect(try await ask("GET", "/v1/authz;nonsense=1/") == 400)
            #expect(try await ask("GET", "/v1/authzx") == 404)
        }
    }

    @Test func `counting refuses over the limit of the policy`() async throws {
        try await APIHost.with { host in
            try await host.waitForMirror()
            var statuses: [Int] = []
            for _ in 0..<11 {
                statuses.append(try await host.authz("192.0.2.4", "?user=ada&count=message&throttle=429").status)
            }
            #expect(statuses == Array(repeating: 200, count: 10) + [429])
        }
    }

    @Test func `the header of a caller beyond the trusted proxies changes nothing`() async throws {
        var settings = EdgeSettings()
        settings.localProxies = []
        settings.trustedProxies = [try Network("10.0.0.0/8")]
        try await APIHost.with(edge: settings) { host in
            try await host.waitForMirror()
            _ = try await host.block("ip:203.0.113.7")
            _ = try await host.block("ip:127.0.0.1", for: nil, .challenge)
            let answer = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
            #expect(answer.headers["x-sentinel-action"] == "challenge")
        }
    }

    @Test func `without Redis it goes on, and beyond the greatest age as the settings say`() async throws {
        for stale in Policy.Edge.Stale.allCases {
            var settings = EdgeSettings()
            settings.maximumAge = .seconds(2)
            settings.stale = stale
            try await APIHost.with(edge: settings) { host in
                try await host.waitForMirror()
                _ = try await host.block("ip:203.0.113.7")
                _ = try await host.calls.allow(
                    try Subject(printable: "ip:192.0.2.8"), for: nil, by: "admin:t", note: nil)
                _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
                host.server.pause()
                #expect(try await host.authz("203.0.113.7").status == 403)
                let other = try await host.wait({ try await host.authz("192.0.2.9") }) {
                    (Int($0.headers["x-sentinel-mirror-age"] ?? "") ?? 0) >= 3
                }
                #expect(other.status == (stale == .open ? 200 : 403))
                #expect(other.headers["x-sentinel-action"] == (stale == .open ? "allow" : "unknown"))
                #expect(try await host.authz("192.0.2.8").status == 200)
                #expect(try await host.authz("203.0.113.7").headers["x-sentinel-action"] == "block")
                #expect(try await host.authz("192.0.2.9", "?count=message").status == other.status)
                host.server.resume()
                _ = try await host.wait({ try await host.authz("192.0.2.9") }) { $0.status == 200 }
            }
        }
    }

    @Test func `a restart without Redis answers from the file, and a damaged file is not used`() async throws {
        let folder = TemporaryDirectory()
        var settings = EdgeSettings()
        settings.file = "\(folder.path)/mirror"
        try await APIHost.with(edge: settings) { host in
            try await host.waitForMirror()
            _ = try await host.block("user:eve", for: nil, .challenge)
            _ = try await host.block("net:203.0.113.0/24", for: .seconds(1000))
            _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
        }
        try await APIHost.with(edge: settings, prepare: { _ = try? await $0.client.call("SHUTDOWN", "NOSAVE") }) {
            host in
            let answer = try await host.authz("203.0.113.7")
            #expect(answer.status == 403)
            #expect(answer.headers["x-sentinel-action"] == "block")
            #expect(answer.headers["x-sentinel-mirror-age"] != "unknown")
            #expect(try await host.authz("192.0.2.9", "?user=eve").headers["x-sentinel-action"] == "challenge")
            #expect(try await host.authz("192.0.2.9", "?user=ada").status == 200)
        }
        let file = FileHandle(forUpdatingAtPath: "\(folder.path)/mirror")
        try file?.seek(toOffset: 60)
        try file?.write(contentsOf: [0xA5])
        try file?.close()
        try await APIHost.with(edge: settings, prepare: { _ = try? await $0.client.call("SHUTDOWN", "NOSAVE") }) {
            host in
            let answer = try await host.authz("203.0.113.7")
            #expect(answer.status == 200)
            #expect(answer.headers["x-sentinel-mirror-age"] == "unknown")
        }
    }

    private func apply(_ edge: Policy.Edge, _ host: APIHost) async throws {
        var policy = Policy.standard
        policy.edge = edge
        _ = try await LibraryLoader(client: host.calls.client, keys: host.calls.keys).load(PolicyDocument(policy))
    }

    @Test func `the policy says whom to believe, while a process may say otherwise`() async throws {
        var edge = Policy.Edge()
        edge.trustedProxies = [try Network("127.0.0.0/8")]
        var settings = EdgeSettings()
        settings.localProxies = []
        try await APIHost.with(edge: settings) { host in
            try await host.waitForMirror()
            _ = try await host.block("ip:127.0.0.1", for: nil, .challenge)
            _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
            try await apply(edge, host)
            _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 200 }
            try await apply(Policy.Edge(), host)
            _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
        }
        settings.trustedProxies = [try Network("127.0.0.1")]
        try await APIHost.with(edge: settings) { host in
            try await host.waitForMirror()
            _ = try await host.block("ip:203.0.113.7")
            _ = try await host.wait({ try await host.authz("203.0.113.7") }) { $0.status == 403 }
        }
    }

    @Test func `that the policy fails closed counts from when it is applied, also for a start without Redis`()
        async throws
    {
        let folder = TemporaryDirectory()
        var settings = EdgeSettings()
        settings.file = "\(folder.path)/mirror"
        var edge = Policy.Edge()
        edge.mirrorAge = .seconds(5)
        edge.mirrorStale = .closed
        try await APIHost.with(edge: settings) { host in
            try await host.waitForMirror()
            // The mirror has heard of the policy when it knows whom that one allows.
            var policy = Policy.standard
            policy.edge = edge
            policy.allow = [try Subject(printable: "ip:192.0.2.8")]
            _ = try await host.block("net:192.0.2.0/24")
            _ = try await host.wait({ try await host.authz("192.0.2.8") }) { $0.status == 403 }
            _ = try await LibraryLoader(client: host.calls.client, keys: host.calls.keys).load(PolicyDocument(policy))
            _ = try await host.wait({ try await host.authz("192.0.2.8") }) { $0.status == 200 }
            host.server.pause()
            let other = try await host.wait({ try await host.authz("203.0.113.9") }) { $0.status == 403 }
            #expect(other.headers["x-sentinel-action"] == "unknown")
            #expect(try await host.authz("192.0.2.8").status == 200)
            host.server.resume()
            _ = try await host.wait({ try await host.authz("203.0.113.9") }) { $0.status == 200 }
        }
        try await APIHost.with(edge: settings, prepare: { _ = try? await $0.client.call("SHUTDOWN", "NOSAVE") }) {
            host in
            let other = try await host.wait({ try await host.authz("203.0.113.9") }) { $0.status == 403 }
            #expect(other.headers["x-sentinel-action"] == "unknown")
            #expect(try await host.authz("192.0.2.8").status == 200)
        }
        // What the process was told stands above the policy.
        settings.stale = .open
        try await APIHost.with(edge: settings, prepare: { _ = try? await $0.client.call("SHUTDOWN", "NOSAVE") }) {
            host in
            let other = try await host.wait({ try await host.authz("203.0.113.9") }) {
                (Int($0.headers["x-sentinel-mirror-age"] ?? "") ?? 0) >= 7
            }
            #expect(other.status == 200)
        }
    }
}
