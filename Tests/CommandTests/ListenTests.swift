import Glibc
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

struct ListenTests {
    @Test func `run serves the API where it is told to, and ends when it is told to`() async throws {
        try await withInstallation { installation in
            let folder = installation.server.directory.path
            let endpoint = Endpoint.unix(path: "\(folder)/api.sock")
            let loop = installation.server.loop
            let child = try await ChildProcess.start(
                [
                    Subprocess.sentinel, "run", "--redis", installation.server.address.description, "--listen",
                    endpoint.description,
                ], output: "\(folder)/log", on: loop)
            let client = HTTPClient(on: loop)
            try await eventually("the API") {
                (try? await client.send(.init("GET", "/readyz"), to: endpoint))?.status == 200
            }
            let answer = try await client.send(
                .init(
                    "POST", "/v1/events", headers: [("Content-Type", "application/json")],
                    body: Array(#"{"kind":"message","user":"ada"}"#.utf8)), to: endpoint)
            #expect(answer.status == 200)
            child.send(SIGTERM)
            await child.waitForEnd(patience: .seconds(20))
            await #expect(throws: HTTPClient.Failure.self) {
                try await client.send(.init("GET", "/healthz"), to: endpoint)
            }
        }
    }

    @Test func `an address that others could reach is refused while there are no tokens`() async throws {
        try await withInstallation { sentinel in
            let result = try sentinel.sentinel("run", "--listen", "0.0.0.0:0")
            #expect(result.code == 1)
            #expect(result.errors.contains("sentinel token add"))
        }
    }

    @Test(arguments: ["example.org:80", "8787"])
    func `what is no address is refused`(address: String) throws {
        for command in ["run", "up"] {
            let result = try Subprocess.sentinel(command, "--listen", address)
            #expect(result.code == 2)
            #expect(result.errors.contains("127.0.0.1"))
        }
    }
}
