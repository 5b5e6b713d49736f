import Glibc
import SentinelCore
import SentinelIO

/// A mirror on disk: written beside the old one and renamed, so that there is always a whole one.
///
/// `SNTLMIR1`, the key of the names' hashes (16 bytes), the time (8), a hash of these (8), then pieces: kind (1), length (4), hash (8, XXH3 of the
/// bytes), bytes; the last is of the kind `end`. That of the policy is YAML. All numbers are little-endian. A file that is cut or damaged is refused
/// as a whole.
///
/// Works on a thread of its own, for disks may be slow.
actor MirrorFile {
    enum Kind: UInt8 {
        case blocks, exemptions, end, policy
    }

    struct Damaged: Error, CustomStringConvertible {
        let description: String
    }

    private static let magic = Array("SNTLMIR1".utf8)
    /// Bytes of a piece, at most.
    static let mostPiece = 1 << 20

    nonisolated let loop: EventLoop
    private let path: String
    private var file: Int32 = -1

    init(_ path: String) throws(IOError) {
        self.path = path
        loop = try EventLoop(name: "mirror-file")
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var draft: String { path + ".new" }

    func begin(key: SipHash.Key, at: Int64) throws {
        if file >= 0 { Glibc.close(file) }
        file = open(draft, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw IOError(errno: errno, "cannot write \(draft)") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0, isStillDraft, ftruncate(file, 0) == 0 else {
            Glibc.close(file)
            file = -1
            throw Damaged(description: "another process writes \(draft)")
        }
        var bytes = Self.magic
        for word in [key.low, key.high, UInt64(bitPattern: at)] { Self.append(word, &bytes) }
        Self.append(StableHash.of(bytes), &bytes)
        try put(bytes)
    }

    /// Not so when another process has renamed the file before the lock was ours.
    private var isStillDraft: Bool {
        var (ours, named) = (stat(), stat())
        return fstat(file, &ours) == 0 && stat(draft, &named) == 0 && ours.st_ino == named.st_ino
    }

    func append(_ kind: Kind, _ bytes: [UInt8]) throws {
        var piece = [kind.rawValue]
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { piece.append(contentsOf: $0) }
        Self.append(StableHash.of(bytes), &piece)
        try put(piece + bytes)
    }

    /// What was written takes the place of the old file.
    func commit() throws {
        try append(.end, [])
        guard fsync(file) == 0, Glibc.close(file) == 0 else { throw IOError(errno: errno, "cannot write \(draft)") }
        file = -1
        guard rename(draft, path) == 0 else { throw IOError(errno: errno, "cannot rename \(draft)") }
    }

    /// Nil if there is no file.
    func read() throws -> (mirror: BlockMirror, policy: Policy?, at: Int64)? {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else {
            if errno == ENOENT { return nil }
            throw IOError(errno: errno, "cannot read \(path)")
        }
        defer { Glibc.close(source) }
        let head = try Self.take(40, from: source)
        guard Array(head.prefix(8)) == Self.magic else {
            throw Damaged(description: "\(path) is no mirror of this build")
        }
        let at = Int64(bitPattern: Self.word(head, 24))
        guard StableHash.of(Array(head.prefix(32))) == Self.word(head, 32),
            (0...Timestamp.latest.milliseconds).contains(at)
        else { throw Damaged(description: "\(path) is damaged") }
        var mirror = BlockMirror(key: SipHash.Key(low: Self.word(head, 8), high: Self.word(head, 16)))
        var policy: Policy?
        while true {
            let piece = try Self.take(13, from: source)
            let count = Int(piece[1]) | Int(piece[2]) << 8 | Int(piece[3]) << 16 | Int(piece[4]) << 24
            guard let kind = Kind(rawValue: piece[0]), count <= Self.mostPiece else {
                throw Damaged(description: "\(path) is damaged")
            }
            let bytes = try Self.take(count, from: source)
            guard StableHash.of(bytes) == Self.word(piece, 5) else { throw Damaged(description: "\(path) is damaged") }
            let isSound: Bool
            switch kind {
            case .blocks: isSound = mirror.blocks.read(bytes)
            case .exemptions: isSound = mirror.exemptions.read(bytes)
            case .policy:
                // One that this build cannot read is better lost than the blocks with it.
                let source = PolicySource(yaml: bytes, lists: [:])
                policy = (try? PolicyDocument(reading: source, file: path))?.policy
                isSound = true
            case .end: return (mirror, policy, at)
            }
            guard isSound else { throw Damaged(description: "\(path) is damaged") }
        }
    }

    func close() async {
        if file >= 0 { Glibc.close(file) }
        file = -1
        // Not from its own thread, which would wait for itself.
        Task.detached { [loop] in await loop.stop() }
    }

    private func put(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw IOError(errno: errno, "cannot write \(draft)") }
            rest = rest.dropFirst(count)
        }
    }

    private static func take(_ count: Int, from file: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + have, count - have) }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw Damaged(description: "the file ends too early") }
            have += got
        }
        return bytes
    }

    private static func append(_ word: UInt64, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }
}
