import SentinelCore
import SentinelRedis

/// Everything that Sentinel keeps under one namespace.
package struct Namespace: Sendable {
    private let calls: Calls

    package init(calls: Calls) {
        self.calls = calls
    }

    /// Removes all keys of the namespace, a page at a time, so that Redis goes on answering others.
    package func remove() async throws {
        var cursor: [UInt8] = [UInt8(ascii: "0")]
        repeat {
            let page = try await calls.client.call(
                "SCAN", cursor, "MATCH", "\(calls.keys.namespace):*", "COUNT", 1000
            ).array
            cursor = try page[0].bytes
            let keys = try page[1].array
            if !keys.isEmpty {
                _ = try await calls.send { pipeline in
                    for case .bulk(let name) in keys { pipeline.append("UNLINK", name) }
                }
            }
        } while cursor != [UInt8(ascii: "0")]
    }
}
