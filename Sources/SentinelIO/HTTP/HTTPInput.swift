/// Bytes that have come and are not yet understood, taken line by line or by number. Every byte is looked at once,
/// however small the pieces in which it comes.
struct HTTPInput {
    /// What is wrong with a line.
    enum LineError: Error {
        /// There is no end within the limit.
        case tooLong
        /// A carriage return or a line feed without the other. RFC 9112 would let a server take it; two servers in a row
        /// that read it differently see different messages, so it is refused.
        case badEnd
    }

    private(set) var bytes: [UInt8] = []
    private var start = 0
    private var scanned = 0

    /// How many bytes wait.
    var count: Int { bytes.count - start }

    mutating func append(_ span: RawSpan) {
        if start == bytes.count {
            // A large message should not keep its memory for the rest of a connection's life.
            bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 16)
            (start, scanned) = (0, 0)
        } else if start > 0 {
            bytes.removeSubrange(..<start)
            scanned -= start
            start = 0
        }
        span.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Takes the next line and its CR LF, and returns where it stands in `bytes`, without them; nil if it is not yet there.
    mutating func takeLine(limit: Int) throws(LineError) -> Range<Int>? {
        while scanned < bytes.count {
            let at = scanned
            switch bytes[at] {
            case 0x0A:
                guard at > start, bytes[at - 1] == 0x0D else { throw .badEnd }
                guard at - 1 - start <= limit else { throw .tooLong }
                let line = start..<(at - 1)
                start = at + 1
                scanned = start
                return line
            case _ where at > start && bytes[at - 1] == 0x0D: throw .badEnd
            default: scanned = at + 1
            }
        }
        if count > limit + 1 { throw .tooLong }
        return nil
    }

    /// Takes at most so many bytes, as many as there are.
    mutating func take(_ most: Int) -> ArraySlice<UInt8> {
        let end = start + min(most, count)
        defer {
            start = end
            scanned = end
        }
        return bytes[start..<end]
    }
}
