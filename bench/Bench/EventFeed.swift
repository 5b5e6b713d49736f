import Glibc
import SentinelIO

/// Sends pieces of commands to Redis at a steady rate, whatever becomes of those before: an open loop, so that a slow answer
/// does not lower the load.
///
/// Two threads do nothing else, one that writes at the due times and one that waits for answers: a feeder that shares its
/// time with other work sends in bursts, and what is measured then is the bursts.
struct EventFeed {
    /// Each ends with a `PING`, by whose answer its end is known.
    let pieces: [[UInt8]]
    /// Between two pieces.
    let step: Duration

    struct Outcome {
        /// How much later than planned each piece was sent.
        var lateness: [Double] = []
        /// When each was sent, and when it was answered.
        var sent: [ContinuousClock.Instant] = []
        var answered: [ContinuousClock.Instant] = []
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter socket: the path of Redis' unix socket.
    func run(to socket: String) async throws -> Outcome {
        let link = try Self.connect(to: socket)
        defer { close(link) }
        let begin = ContinuousClock.now + .milliseconds(20)
        async let answered = Self.onThread("reader") { try read(from: link) }
        let sent = try await Self.onThread("writer") { try write(to: link, from: begin) }
        var outcome = Outcome(sent: sent, answered: try await answered)
        outcome.lateness = sent.enumerated().map { max(0, (begin + step * $0).duration(to: $1).inSeconds) }
        return outcome
    }

    private func write(to link: Int32, from begin: ContinuousClock.Instant) throws -> [ContinuousClock.Instant] {
        var times: [ContinuousClock.Instant] = []
        times.reserveCapacity(pieces.count)
        for (number, piece) in pieces.enumerated() {
            let left = ContinuousClock.now.duration(to: begin + step * number)
            if left > .zero { usleep(UInt32(left.inSeconds * 1e6)) }
            times.append(.now)
            var rest = piece[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(link, $0.baseAddress, $0.count) }
                guard count > 0 else { throw Failure(description: "Redis takes no more: errno \(errno)") }
                rest = rest.dropFirst(count)
            }
        }
        return times
    }

    private func read(from link: Int32) throws -> [ContinuousClock.Instant] {
        var times: [ContinuousClock.Instant] = []
        times.reserveCapacity(pieces.count)
        let end = Array("+PONG\r\n".utf8)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var matched = 0
        var last: UInt8 = 10
        while times.count < pieces.count {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(link, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: "Redis closed the connection") }
            let now = ContinuousClock.now
            for byte in buffer[..<count] {
                guard !(last == 10 && byte == UInt8(ascii: "-")) else {
                    throw Failure(
                        description: "Redis refused an event: \(String(decoding: buffer[..<count], as: UTF8.self))")
                }
                last = byte
                matched = byte == end[matched] ? matched + 1 : byte == end[0] ? 1 : 0
                if matched == end.count {
                    matched = 0
                    times.append(now)
                }
            }
        }
        return times
    }

    private static func connect(to path: String) throws -> Int32 {
        let link = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard link >= 0, path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(description: "no socket for \(path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(link, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "cannot connect to \(path): errno \(errno)") }
        return link
    }

    /// Runs blocking work on a thread of its own.
    private static func onThread<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let loop = try EventLoop(name: name)
        let result = await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: Result { try body() }) }
        }
        await loop.stop()
        return try result.get()
    }
}
