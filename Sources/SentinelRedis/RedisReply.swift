/// One reply of Redis (RESP2). <https://redis.io/docs/latest/develop/reference/protocol-spec/>
///
/// Read it through the typed accessors; they throw `unexpectedReply` when the reply is of another kind, and the
/// server's own error when it is an error reply.
package enum RedisReply: Equatable, Sendable {
    /// A short answer such as `OK`.
    case status([UInt8])
    case bulk([UInt8])
    case integer(Int64)
    /// A null bulk or a null array: what was asked for does not exist.
    case null
    case array([RedisReply])
    case error(RedisError)

    package var isNull: Bool { if case .null = self { true } else { false } }

    /// An integer, or text that is one in decimal.
    package var int: Int64 {
        get throws(RedisError) {
            switch self {
            case .integer(let value): return value
            case .bulk(let bytes), .status(let bytes):
                if let value = Int64(String(decoding: bytes, as: UTF8.self)) { return value }
            default: break
            }
            throw mismatch("an integer")
        }
    }

    /// The bytes of a bulk or status reply.
    package var bytes: [UInt8] {
        get throws(RedisError) {
            switch self {
            case .bulk(let bytes), .status(let bytes): return bytes
            default: throw mismatch("a string")
            }
        }
    }

    /// The text of a bulk or status reply; bytes that are not UTF-8 are replaced by U+FFFD.
    package var string: String {
        get throws(RedisError) { String(decoding: try bytes, as: UTF8.self) }
    }

    package var array: [RedisReply] {
        get throws(RedisError) {
            if case .array(let elements) = self { return elements }
            throw mismatch("an array")
        }
    }

    /// An array of fields and values by turns, such as `HGETALL` gives, as pairs in their order.
    package var pairs: [(field: String, value: RedisReply)] {
        get throws(RedisError) {
            let elements = try array
            guard elements.count.isMultiple(of: 2) else { throw mismatch("pairs of fields and values") }
            var pairs: [(field: String, value: RedisReply)] = []
            pairs.reserveCapacity(elements.count / 2)
            for index in stride(from: 0, to: elements.count, by: 2) {
                pairs.append((try elements[index].string, elements[index + 1]))
            }
            return pairs
        }
    }

    /// Itself, unless it is an error reply: that is thrown.
    package func orThrow() throws(RedisError) -> RedisReply {
        if case .error(let error) = self { throw error }
        return self
    }

    private func mismatch(_ expected: String) -> RedisError {
        if case .error(let error) = self { return error }
        let kind =
            switch self {
            case .status: "a status"
            case .bulk: "a string"
            case .integer: "an integer"
            case .null: "nothing"
            case .array(let elements): "an array of \(elements.count)"
            case .error: "an error"
            }
        return RedisError(.unexpectedReply, "expected \(expected), Redis answered with \(kind)")
    }
}
