import Testing

@testable import sentinel

struct ProgressTests {
    @Test func `a terminal sees one line that renews itself, with rate and time left`() {
        let recorder = Recorder()
        var progress = Progress(
            "replaying", unit: "events", total: 50_000, terminal: Terminal(isInteractive: true, width: 80),
            report: { recorder.write(Array($0.utf8)) })
        progress.update(done: 0, now: .seconds(100))
        progress.update(done: 10, now: .milliseconds(100_100))
        #expect(recorder.text == "", "short work shows nothing")
        progress.update(done: 12_000, now: .seconds(103))
        #expect(recorder.text == "\r\u{1B}[Kreplaying 12,000 of 50,000 events (24%), 4,000/s, 9s left")
        progress.update(done: 12_001, now: .milliseconds(103_050))
        #expect(!recorder.text.contains("12,001"), "ten times a second is enough")
        progress.finish(done: 50_000, now: .seconds(110))
        #expect(recorder.text.hasSuffix("replaying 50,000 of 50,000 events (100%), 5,000/s in 10s\n"))
    }

    @Test func `a log gets a line every ten seconds and one at the end, without control characters`() {
        let recorder = Recorder()
        var progress = Progress(
            "replaying", unit: "events", terminal: .pipe, report: { recorder.write(Array($0.utf8)) })
        for second in 0...25 { progress.update(done: Int64(second) * 1000, now: .seconds(second)) }
        progress.finish(done: 25_500, now: .milliseconds(25_500))
        #expect(
            recorder.text == """
                replaying 10,000 events, 1,000/s
                replaying 20,000 events, 1,000/s
                replaying 25,500 events, 1,000/s in 25s

                """)
    }

    @Test(arguments: [Int64(0), -5, .max])
    func `strange numbers do not break it`(done: Int64) {
        let recorder = Recorder()
        var progress = Progress(
            "counting", unit: "x", total: .max, terminal: Terminal(isInteractive: true, width: 20),
            report: { recorder.write(Array($0.utf8)) })
        progress.update(done: 0, now: .zero)
        progress.update(done: done, now: .seconds(1))
        progress.finish(done: done, now: .seconds(1))
        #expect(recorder.text.contains("counting"))
    }
}
