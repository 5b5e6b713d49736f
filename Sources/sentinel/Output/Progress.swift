import Glibc
import SentinelCore

/// How far a long piece of work is, on stderr: a line that renews itself on a terminal, otherwise a line every ten
/// seconds and one at the end. Never touches stdout.
struct Progress {
    private let label: String
    private let unit: String
    private let total: Int64?
    private let terminal: Terminal
    private let report: @Sendable (String) -> Void
    private var started: Duration?
    private var nextLine = Duration.zero
    private var isDrawn = false

    /// - Parameter total: how many units there will be; nil when nobody knows.
    init(
        _ label: String, unit: String, total: Int64? = nil, terminal: Terminal,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.unit = unit
        self.total = total
        self.terminal = terminal
        self.report = report
    }

    /// Tells how many are done. Cheap enough to be called for each; draws ten times a second at most.
    /// - Parameter now: a monotonic time, the same clock in every call.
    mutating func update(done: Int64, now: Duration = Progress.monotonicNow()) {
        guard let started else {
            started = now
            nextLine = now + (terminal.isInteractive ? .milliseconds(200) : .seconds(10))
            return
        }
        guard now >= nextLine else { return }
        nextLine = now + (terminal.isInteractive ? .milliseconds(100) : .seconds(10))
        draw(line(done, now - started, isLast: false), isLast: false)
    }

    /// Draws the last line and leaves it standing.
    mutating func finish(done: Int64, now: Duration = Progress.monotonicNow()) {
        draw(line(done, now - (started ?? now), isLast: true), isLast: true)
    }

    /// Takes the line away, before something else is written to the terminal.
    mutating func clear() {
        if isDrawn { report("\r\u{1B}[K") }
        isDrawn = false
    }

    /// `replaying 12,000 of 50,000 events (24%), 4,000/s, 9s left`
    private func line(_ done: Int64, _ elapsed: Duration, isLast: Bool) -> String {
        let milliseconds = max(1, elapsed.milliseconds)
        let rate = Double(done) * 1000 / Double(milliseconds)
        var text = "\(label) \(Self.grouped(done))"
        if let total, total > 0 {
            text += " of \(Self.grouped(total)) \(unit) (\(min(100, Int(Double(done) * 100 / Double(total))))%)"
        } else {
            text += " \(unit)"
        }
        guard elapsed.milliseconds > 0 else { return text }
        text += ", \(Self.grouped(rate < 1e15 ? Int64(rate) : .max))/s"
        if isLast {
            text += " in \(HumanTime.span(milliseconds: milliseconds))"
        } else if let total, done > 0, done < total {
            let left = Double(total - done) / rate * 1000
            if left < 1e15 { text += ", \(HumanTime.span(milliseconds: Int64(left) / 1000 * 1000)) left" }
        }
        return text
    }

    private mutating func draw(_ text: String, isLast: Bool) {
        guard terminal.isInteractive else { return report(text + "\n") }
        // One column stays free: writing into the last one moves some terminals to the next line.
        let clipped = DisplayWidth.clip(text, to: (terminal.width ?? 80) - 1)
        report("\r\u{1B}[K" + clipped + (isLast ? "\n" : ""))
        isDrawn = !isLast
    }

    /// Thousands parted by commas.
    private static func grouped(_ number: Int64) -> String {
        let digits = String(number)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0, text != "-" { text += "," }
            text.append(digit)
        }
        return text
    }

    static func monotonicNow() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
