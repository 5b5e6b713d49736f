import Glibc

/// What stands behind a file descriptor: a person's terminal of some width, or a pipe or file.
struct Terminal: Sendable, Equatable {
    let isInteractive: Bool
    /// Columns to stay within; nil where nobody looks (a pipe) and nothing must be cut.
    let width: Int?

    static let pipe = Terminal(isInteractive: false, width: nil)

    init(isInteractive: Bool, width: Int?) {
        self.isInteractive = isInteractive
        self.width = width
    }

    /// Asks the descriptor for its width (`TIOCGWINSZ`), then `COLUMNS`; a terminal that tells neither is taken as
    /// 100 columns wide.
    init(descriptor: Int32, environment: [String: String]) {
        isInteractive = isatty(descriptor) == 1
        let asked = environment["COLUMNS"].flatMap { Int($0) }.flatMap { (20...10_000).contains($0) ? $0 : nil }
        guard isInteractive else {
            width = asked
            return
        }
        var size = winsize()
        let told = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width = told ? max(20, Int(size.ws_col)) : asked ?? 100
    }
}
