import CZlib

/// Uncompresses gzip (RFC 1952) piece by piece: what goes in is small, and so is what comes out at a time, however
/// far the data expand. Several members one after the other are one stream, as with `gunzip`.
///
/// Belongs to one thread.
final class GzipDecoder {
    enum Failure: String, Error {
        case damaged = "the compressed data are damaged"
        case truncated = "the compressed data end too early"
        case trailing = "something else follows the compressed data"
    }

    static let magic: [UInt8] = [0x1F, 0x8B]

    private static let maximumOutput = 1 << 16
    /// 15 bits of window, and 16 for "a gzip header must be there" (zlib.h, inflateInit2).
    private static let windowBits: Int32 = 15 + 16

    /// On the heap because zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var consumed = 0
    private var isBetweenMembers = true

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        // Fails only without memory or with another zlib than the one compiled against.
        precondition(result == Z_OK, "zlib cannot start: \(result)")
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Hands over the next compressed bytes, once `next()` has given all it had.
    func feed(_ bytes: [UInt8]) {
        input = bytes
        consumed = 0
    }

    /// The next uncompressed bytes; none when more input is needed.
    func next() throws(Failure) -> [UInt8] {
        while true {
            if isBetweenMembers, try !startMember() { return [] }
            let result = inflateOnce()
            switch result.code {
            case Z_STREAM_END:
                isBetweenMembers = true
                inflateReset(stream)
            case Z_OK, Z_BUF_ERROR: break
            default: throw .damaged
            }
            if !result.output.isEmpty { return result.output }
            if consumed == input.count { return [] }
        }
    }

    /// To be called at the end of the input.
    func finish() throws(Failure) {
        if !isBetweenMembers { throw .truncated }
    }

    /// Whether another member begins here. Zeros between members are padding.
    private func startMember() throws(Failure) -> Bool {
        while consumed < input.count, input[consumed] == 0 { consumed += 1 }
        guard consumed < input.count else { return false }
        if input[consumed] != Self.magic[0] { throw .trailing }
        isBetweenMembers = false
        return true
    }

    private func inflateOnce() -> (code: Int32, output: [UInt8]) {
        var code = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: Self.maximumOutput) { output, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.pointee.next_in = input.baseAddress.map { $0 + consumed }
                stream.pointee.avail_in = UInt32(input.count - consumed)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                code = inflate(stream, Z_NO_FLUSH)
                consumed = input.count - Int(stream.pointee.avail_in)
            }
            count = output.count - Int(stream.pointee.avail_out)
        }
        return (code, output)
    }
}
