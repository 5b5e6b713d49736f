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

    private let client: RedisClient
    private let keys: Keys

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
    package func load(_ policy: Policy) async throws(RedisError) -> Outcome {
        if let info = try await info() {
            if info.version > LibrarySource.version { return .newer(version: info.version) }
            if info.version == LibrarySource.version, info.policyHash == PolicyCompiler.hash(of: policy) {
                return .current
            }
        }
        let seconds = Int64(try await client.call("TIME").array[0].string) ?? 0
        _ = try await client.call(
            "FUNCTION", "LOAD", "REPLACE", LibrarySource.text(for: policy, loadedAt: seconds * 1000))
        return .loaded
    }
}
