import CXXHash

/// A hash of bytes that is the same in every process, on every machine, in every release: fit for stored state.
///
/// XXH3, 64 bit, seed 0 (<https://xxhash.com>). Not a cryptographic hash: collisions can be made on purpose.
package enum StableHash {
    package static func of(_ bytes: [UInt8]) -> UInt64 { of(bytes.span.bytes) }

    package static func of(_ bytes: RawSpan) -> UInt64 {
        bytes.withUnsafeBytes { sentinel_xxh3_64($0.baseAddress, $0.count) }
    }
}
