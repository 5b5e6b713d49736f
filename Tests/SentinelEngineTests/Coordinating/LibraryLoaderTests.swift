import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

struct LibraryLoaderTests {
    /// This build's library under another version.
    private func library(version: Int64) throws -> String {
        let mine = LibrarySource.text(for: .standard)
        let line = "S.version = \(LibrarySource.version)\n"
        try #require(mine.contains(line))
        return mine.split(separator: line).joined(separator: "S.version = \(version)\n")
    }

    @Test
    func `a library is loaded once, and again for another policy or over an older one`() async throws {
        try await Stage.with { stage in
            let loader = LibraryLoader(client: stage.calls.client, keys: stage.calls.keys)
            #expect(try await loader.load(.standard) == .current)
            var other = Policy.standard
            other.openFlags = 5
            #expect(try await loader.load(PolicyDocument(other)) == .loaded)
            #expect(try await loader.load(PolicyDocument(other)) == .current)
            let older = try library(version: LibrarySource.version - 1)
            _ = try await stage.calls.client.call("FUNCTION", "LOAD", "REPLACE", older)
            #expect(try await loader.load(PolicyDocument(other)) == .loaded)
            #expect(try await loader.info()?.version == LibrarySource.version)
            _ = try await stage.calls.client.call("FUNCTION", "FLUSH")
            #expect(try await loader.info() == nil)
            #expect(try await loader.load(.standard) == .loaded)
        }
    }

    @Test
    func `a newer library is left alone, and the older coordinator ends and says why`() async throws {
        try await Stage.with { stage in
            let newer = LibrarySource.version + 1
            let task = stage.coordinator(lease: .milliseconds(300))
            try await stage.wait("an owner") { try await stage.owner() != nil }
            _ = try await stage.calls.client.call("FUNCTION", "LOAD", "REPLACE", try library(version: newer))

            let error = try #require(await task.value)
            #expect(error.code == .notSupported)
            #expect(error.message.contains("function library \(newer), this build has \(LibrarySource.version)"))
            #expect(try await stage.owner() == nil)

            let loader = LibraryLoader(client: stage.calls.client, keys: stage.calls.keys)
            #expect(try await loader.load(.standard) == .newer(version: newer))
            #expect(try await loader.info()?.version == newer)
            #expect(await stage.coordinator("late").value?.code == .notSupported)
        }
    }
}
