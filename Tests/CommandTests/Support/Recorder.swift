import Synchronization

@testable import sentinel

/// Keeps what is written to it.
final class Recorder: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String {
        bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }

    func write(_ more: [UInt8]) {
        bytes.withLock { $0 += more }
    }
}

extension Output {
    /// 2026-02-03T04:05:06Z, the present of all tests.
    static let present: Int64 = 1_770_091_506_000

    /// An output that writes to a recorder, at a fixed time.
    static func recording(
        _ recorder: Recorder, _ format: OutputFormat = .human, terminal: Terminal = .pipe, colours: Bool = false
    ) -> Output {
        Output(format: format, terminal: terminal, colours: colours, clock: { present }, sink: { recorder.write($0) })
    }
}
