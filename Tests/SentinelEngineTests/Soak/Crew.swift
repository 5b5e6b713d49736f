import Glibc
import SentinelCore
import SentinelIO
import SentinelRedis
import TestSupport

@testable import SentinelEngine

/// Two coordinators, each a process of its own, and what can happen to them.
actor Crew {
    static let lease = "300ms"

    private let server: RedisServer
    private let calls: Calls
    private var processes: [ChildProcess] = []
    private var logs: [Int32: String] = [:]

    init(_ server: RedisServer, _ calls: Calls) {
        self.server = server
        self.calls = calls
    }

    func start() async throws {
        for _ in 0..<2 { try await startOne() }
    }

    func stop() async {
        for process in processes {
            process.send(SIGKILL)
            await process.waitForEnd()
        }
        processes = []
    }

    /// `kill -9` of whoever owns the partition, and a new process in its place.
    func killOwner() async throws {
        let process = try await owner()
        process.send(SIGKILL)
        await process.waitForEnd()
        processes.removeAll { $0.id == process.id }
        try await startOne()
    }

    /// Stops the owner's time until another has taken over, then lets it go on with what it was doing.
    /// Returns whether it found out that it is the owner no more.
    func freezeOwner() async throws -> Bool {
        let process = try await owner()
        process.send(SIGSTOP)
        defer { process.send(SIGCONT) }
        while try await owner().id == process.id { try await pause() }
        process.send(SIGCONT)
        for _ in 0..<2000 {
            let said = text(ofFile: logs[process.id] ?? "")
            if said.contains("FENCED") || said.contains("lease is over") { return true }
            try await pause()
        }
        return false
    }

    /// What the coordinators have said, for a failure's report.
    func journal() -> String {
        processes.map { "coordinator \($0.id):\n" + text(ofFile: logs[$0.id] ?? "").suffix(1500) }.joined(
            separator: "\n")
    }

    private func startOne() async throws {
        let log = "\(server.directory.path)/coordinator-\(logs.count).log"
        let process = try await ChildProcess.start(
            [
                Self.program, "run", "--redis", "unix://\(server.socket)", "--namespace", calls.keys.namespace,
                "--lease", Self.lease,
            ], output: log, deathSignal: "KILL", on: server.loop)
        processes.append(process)
        logs[process.id] = log
    }

    /// The process whose name stands in the lease: `host:pid:random`. Waits until there is one.
    private func owner() async throws -> ChildProcess {
        for _ in 0..<10_000 {
            let name = (try? await calls.client.call("HGET", calls.keys.lease, "owner").string) ?? ""
            let parts = name.split(separator: ":")
            if parts.count == 3, let found = processes.first(where: { String($0.id) == parts[1] }) { return found }
            try await pause()
        }
        throw RedisError(.timeout, "nobody takes the lease")
    }

    private func pause() async throws {
        try await server.loop.sleep(for: .milliseconds(2))
    }

    /// The built `sentinel`, which lies beside the test bundle.
    private static var program: String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let folder = String(decoding: buffer[..<length], as: UTF8.self).split(separator: "/").dropLast()
        return "/" + folder.joined(separator: "/") + "/sentinel"
    }

    private func text(ofFile path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
