package import SentinelCore
package import SentinelRedis

/// Puts this build's function library, with the policy inside, into Redis.
package struct LibraryLoader: Sendable {
    package enum Outcome: Sendable, Equatable {
        /// The library was not there, older, or of another policy: it is ours now.
        case loaded
        /// This library with this policy was there.
        case current
        /// Redis runs a newer library; it was left alone.
        case newer(version: Int64)
    }

    /// What Redis runs at the moment; nil if no library is loaded.
    package struct Info: Sendable, Equatable {
        package var version: Int64
        package var policyHash: String
        /// When it was loaded, by the clock of Redis, in ms since 1970; 0 if it does not know.
        package var loadedAt: Int64 = 0
    }

    let client: RedisClient
    let keys: Keys

    package init(client: RedisClient, keys: Keys) {
        self.client = client
        self.keys = keys
    }

    package func info() async throws(RedisError) -> Info? {
        do throws(RedisError) {
            let pairs = try await client.call("FCALL_RO", "sentinel_info", "1", keys.prefix).pairs
            var info = Info(version: 0, policyHash: "")
            for (field, value) in pairs {
                switch field {
                case "version": info.version = try value.int
                case "policy": info.policyHash = try value.string
                case "loaded": info.loadedAt = Int64(try value.string) ?? 0
                default: break
                }
            }
            return info
        } catch  where error.code == .noFunction {
            return nil
        }
    }

    /// Loads the library unless it is there already or a newer one is. Loading replaces library and policy at once.
    package func load(_ document: PolicyDocument) async throws(RedisError) -> Outcome {
        if let outcome = standing(try await info(), document) { return outcome }
        let text = LibrarySource.text(for: document, loadedAt: try await now())
        _ = try await client.call("FUNCTION", "LOAD", "REPLACE", text)
        return .loaded
    }

    /// Loads the library with a policy that an admin wants, and its entry in the audit log, with nothing in between.
    ///
    /// What is wrong with the policy is seen before. Throws, with the policy in force, where Redis takes it and then has
    /// no room for the entry.
    ///
    /// - Parameters:
    ///   - admin: who, as blocks name people.
    ///   - note: what changes, in words. Both are cut to what the audit log takes.
    ///
    /// The audit log also gets the name of the policy that it takes the place of.
    package func apply(
        _ document: PolicyDocument, by admin: String, note: String
    ) async throws(RedisError) -> Outcome {
        let before = try await info()
        if let outcome = standing(before, document) { return outcome }
        var pipeline = RedisPipeline()
        pipeline.append("MULTI")
        pipeline.append("FUNCTION", "LOAD", "REPLACE", LibrarySource.text(for: document, loadedAt: try await now()))
        pipeline.append(
            "FCALL", "sentinel_applied", "1", keys.prefix, "policy", LibrarySource.hash(of: document), "by",
            Self.cut(admin, to: 128), "note", Self.cut(note, to: 1024), "before", before?.policyHash ?? "")
        pipeline.append("EXEC")
        for reply in try await client.send(pipeline) {
            if case .array(let replies) = try reply.orThrow() {
                for reply in replies { _ = try reply.orThrow() }
            }
        }
        return .loaded
    }

    /// The clock of Redis, in ms since 1970, to the second.
    private func now() async throws(RedisError) -> Int64 {
        (Int64(try await client.call("TIME").array[0].string) ?? 0) * 1000
    }

    /// Why there is nothing to load, if so.
    private func standing(_ info: Info?, _ document: PolicyDocument) -> Outcome? {
        guard let info else { return nil }
        if info.version > LibrarySource.version { return .newer(version: info.version) }
        let isOurs = info.version == LibrarySource.version && info.policyHash == LibrarySource.hash(of: document)
        return isOurs ? .current : nil
    }

    /// At most so many bytes on one line, whole characters.
    private static func cut(_ note: String, to most: Int) -> String {
        var text = ""
        var count = 0
        for scalar in note.unicodeScalars {
            count += scalar.utf8.count
            if count > most - 3 { return text + "…" }
            text.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return text
    }
}
