import Glibc
import Testing

@testable import sentinel

struct TerminalTests {
    @Test(arguments: [(132, [:], 132), (0, ["COLUMNS": "72"], 72), (0, [:], 100), (3, [:], 20)])
    func `a terminal tells its width, else COLUMNS does, else it is 100`(
        columns: UInt16, environment: [String: String], width: Int
    ) throws {
        let (leader, path) = try pseudoTerminal()
        defer { close(leader) }
        let follower = open(path, O_RDWR | O_NOCTTY)
        try #require(follower >= 0)
        defer { close(follower) }
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        #expect(ioctl(follower, UInt(TIOCSWINSZ), &size) == 0)
        let terminal = Terminal(descriptor: follower, environment: environment)
        #expect(terminal == Terminal(isInteractive: true, width: width))
    }

    @Test func `a pipe has no width unless COLUMNS is set`() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        defer { for end in ends { close(end) } }
        #expect(Terminal(descriptor: ends[1], environment: [:]) == .pipe)
        #expect(Terminal(descriptor: ends[1], environment: ["COLUMNS": "60"]).width == 60)
        #expect(Terminal(descriptor: ends[1], environment: ["COLUMNS": "-1"]).width == nil)
    }

    /// A new terminal: the descriptor that stands for its screen, and the path that programs open.
    private func pseudoTerminal() throws -> (leader: Int32, path: String) {
        // `posix_openpt` and its kin are hidden from Swift; these are the requests behind them (ioctl_tty(2)).
        let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        let leader = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        try #require(leader >= 0)
        var argument: Int32 = 0
        try #require(ioctl(leader, unlock, &argument) == 0)
        try #require(ioctl(leader, number, &argument) == 0)
        return (leader, "/dev/pts/\(argument)")
    }
}
