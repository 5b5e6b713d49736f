/// Reads the body of one message, whichever way its length is told (RFC 9112, sections 6 and 7).
struct HTTPBodyReader {
    enum Failure: Error, Equatable {
        /// More than the limit.
        case tooLarge
        /// The chunks are not as they should be.
        case malformed
    }

    private enum Expected {
        case bytes(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailer(Int)
        /// Everything until the connection ends: responses only.
        case all
        case nothing
    }

    /// A chunk's size with its extensions, and all trailer fields together: both are read and forgotten. A trailer field
    /// must not pass for a header field that nobody has checked.
    private static let maximumLine = 256
    private static let maximumTrailer = 4096

    private let limit: Int
    private var expected: Expected
    private(set) var body: [UInt8] = []

    /// - Parameter length: bytes; at most `limit`.
    init(length: Int, limit: Int) {
        self.limit = limit
        expected = length == 0 ? .nothing : .bytes(length)
    }

    init(chunkedWithLimit limit: Int) {
        self.limit = limit
        expected = .chunkSize
    }

    init(untilEndWithLimit limit: Int) {
        self.limit = limit
        expected = .all
    }

    /// Whether the end of the connection is a proper end of the body.
    var endsWithConnection: Bool { if case .all = expected { true } else { false } }

    /// Takes what there is of the body. True when it is complete.
    mutating func read(_ input: inout HTTPInput) throws(Failure) -> Bool {
        while true {
            switch expected {
            case .nothing: return true
            case .all:
                guard body.count + input.count <= limit else { throw .tooLarge }
                body.append(contentsOf: input.take(input.count))
                return false
            case .bytes(let count):
                let left = count - take(count, from: &input)
                expected = left == 0 ? .nothing : .bytes(left)
                if left > 0 { return false }
            case .chunkSize:
                guard let line = try line(&input) else { return false }
                let size = try Self.size(input.bytes[line])
                // Before the sum, which could otherwise overflow.
                guard size <= limit, body.count + size <= limit else { throw .tooLarge }
                expected = size == 0 ? .trailer(Self.maximumTrailer) : .chunk(size)
            case .chunk(let count):
                let left = count - take(count, from: &input)
                expected = left == 0 ? .chunkEnd : .chunk(left)
                if left > 0 { return false }
            case .chunkEnd:
                guard let line = try line(&input) else { return false }
                guard line.isEmpty else { throw .malformed }
                expected = .chunkSize
            case .trailer(let left):
                guard let line = try line(&input) else { return false }
                guard line.count < left else { throw .malformed }
                expected = line.isEmpty ? .nothing : .trailer(left - line.count - 1)
            }
        }
    }

    /// Takes out what was read so far; it no longer counts towards the limit.
    mutating func drain() -> [UInt8] {
        defer { body = [] }
        return body
    }

    private mutating func take(_ count: Int, from input: inout HTTPInput) -> Int {
        let piece = input.take(count)
        body.append(contentsOf: piece)
        return piece.count
    }

    private func line(_ input: inout HTTPInput) throws(Failure) -> Range<Int>? {
        do throws(HTTPInput.LineError) {
            return try input.takeLine(limit: Self.maximumLine)
        } catch {
            throw .malformed
        }
    }

    /// `1A`, `1A;name=value`
    private static func size(_ line: ArraySlice<UInt8>) throws(Failure) -> Int {
        let digits = line.prefix { hexValue($0) != nil }
        let rest = line[digits.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
        guard (1...15).contains(digits.count), rest.isEmpty || rest.first == UInt8(ascii: ";"),
            line.allSatisfy(isFieldText)
        else { throw .malformed }
        return digits.reduce(0) { $0 << 4 | Int(hexValue($1) ?? 0) }
    }
}

func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
