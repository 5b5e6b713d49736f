package import SentinelCore
package import SentinelRedis

/// The policy that Redis runs, as it was written.
package struct PolicyInForce: Sendable, Equatable {
    package var version: Int64
    package var hash: String
    /// Nil of a library that is too old to carry it.
    package var source: PolicySource?

    package init(version: Int64, hash: String, source: PolicySource?) {
        self.version = version
        self.hash = hash
        self.source = source
    }

    /// The policy, as this build reads it; nil without its text. Throws what a newer release has written into it.
    package func document() throws(PolicyProblems) -> PolicyDocument? {
        guard let source else { return nil }
        return try PolicyDocument(reading: source, file: "policy \(hash)")
    }
}

extension LibraryLoader {
    /// What a coordinator goes by.
    package enum Adoption: Sendable, Equatable {
        /// The policy of Redis is the one that the caller knows.
        case unchanged
        /// This one, which Redis runs under that hash.
        case policy(PolicyDocument, hash: String)
        /// Redis runs a policy that this build cannot read.
        case unreadable(hash: String, PolicyProblems)
        /// Redis runs a newer library.
        case newer(version: Int64)
    }

    /// The policy in force; nil if no library is loaded.
    package func inForce() async throws(RedisError) -> PolicyInForce? {
        guard let info = try await info() else { return nil }
        var policy = PolicyInForce(version: info.version, hash: info.policyHash, source: nil)
        // The first library had no source to ask for.
        guard info.version > 1 else { return policy }
        let pairs = try await client.call("FCALL_RO", "sentinel_info", "1", keys.prefix, "source", "1").pairs
        var lists: [String: [UInt8]] = [:]
        var yaml: [UInt8]?
        for (field, value) in pairs {
            switch field {
            case "policy": policy.hash = try value.string
            case "source": yaml = try value.bytes
            case "lists": for (path, contents) in try value.pairs { lists[path] = try contents.bytes }
            default: break
            }
        }
        policy.source = yaml.map { PolicySource(yaml: $0, lists: lists) }
        return policy
    }

    /// Goes by the policy that Redis runs. Only a Redis without one, or with an older library, is loaded: the latter with
    /// the policy that it has. So coordinators of different builds never take turns at loading.
    ///
    /// - Parameters:
    ///   - known: the hash that the caller goes by.
    ///   - document: for a Redis that has no policy.
    package func adopt(known: String?, else document: PolicyDocument) async throws(RedisError) -> Adoption {
        if let info = try await info() {
            if info.version > LibrarySource.version { return .newer(version: info.version) }
            if info.version == LibrarySource.version, info.policyHash == known { return .unchanged }
        }
        guard let policy = try await inForce() else { return try await put(document) }
        let found: PolicyDocument?
        do throws(PolicyProblems) {
            found = try policy.document()
        } catch {
            return .unreadable(hash: policy.hash, error)
        }
        guard policy.version == LibrarySource.version, let found else { return try await put(found ?? document) }
        return .policy(found, hash: policy.hash)
    }

    /// What applying a policy would change, as far as the one in force can be read.
    package func changes(to document: PolicyDocument) async throws(RedisError) -> [PolicyChange] {
        guard let inForce = try await inForce(), let old = try? inForce.document() else { return [] }
        return PolicyChange.between(old.policy, document.policy)
    }

    private func put(_ document: PolicyDocument) async throws(RedisError) -> Adoption {
        if case .newer(let version) = try await load(document) { return .newer(version: version) }
        return .policy(document, hash: LibrarySource.hash(of: document))
    }
}
