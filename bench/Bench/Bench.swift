import Glibc

/// Measures Sentinel on this machine: `bench calls`, `bench coordinator`, `bench latency`, `bench http` and `bench edge`.
@main
enum Bench {
    static let usage = """
        bench calls [--rate 5000] [--seconds 10] [-o json]
            How long record, check and PING take, one after the other and at fixed rates up to this.
        bench latency [--rate n] [--seconds 10] [--blocks 50] [-o json]
            How long from the answer to the event that earns it until an alert is out and a block stands, and what XADD, XREAD
            and SET alone take; while so many events a second come, or the most that are worked off, and half of it.
        bench coordinator [--events 300000] [-o json]
            How fast a coordinator works off a backlog, and what an event costs it and Redis.
        bench http [--seconds 10] [-o json]
            Requests a second against a bare evhttp handler, and /v1/check beside subscribers and slow clients.
        bench edge [--count 1000000] [--seconds 10] [-o json]
            Answers to proxies from a mirror of so many blocks, and what these cost those who record events.

        """

    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            let report =
                switch options.what {
                case .calls: try await CallsBench(options).run()
                case .latency: try await LatencyBench(options).run()
                case .coordinator: try await BacklogBench(options).run()
                case .http: try await HTTPBench(options).run()
                case .edge: try await EdgeBench(options).run()
                }
            print(options.isJSON ? report.json() : report.text(), terminator: "")
        } catch {
            complain("bench: \(error)")
            exit(error is Options.Problem ? 2 : 1)
        }
    }

    static func complain(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(2, line, line.count)
    }
}

/// The command line.
struct Options {
    enum What: String {
        case calls, latency, coordinator, http, edge
    }

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    var what: What
    /// Events a second; nil to find out what is worked off.
    var rate: Int?
    var seconds = 10
    /// Blocks a second that are measured.
    var blocks = 50
    var events = 300_000
    /// Blocks that stand.
    var count = 1_000_000
    var isJSON = false

    init(_ words: ArraySlice<String>) throws(Problem) {
        guard let first = words.first, let what = What(rawValue: first) else {
            throw Problem(description: "what is to be measured?\n" + Bench.usage)
        }
        self.what = what
        var rest = words.dropFirst()
        while let name = rest.popFirst() {
            let value = rest.popFirst() ?? ""
            switch (name, Int(value)) {
            case ("-o", _) where value == "json": isJSON = true
            case ("--rate", let number?) where (1...100_000).contains(number): rate = number
            case ("--seconds", let number?) where (1...3600).contains(number): seconds = number
            case ("--blocks", let number?) where (1...1000).contains(number): blocks = number
            case ("--events", let number?) where (1000...10_000_000).contains(number): events = number
            case ("--count", let number?) where (10...10_000_000).contains(number): count = number
            default: throw Problem(description: "'\(name) \(value)' is not understood\n" + Bench.usage)
            }
        }
    }
}
