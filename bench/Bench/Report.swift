import SentinelCore

/// What was measured, with where: a table for people, one JSON object for programs.
struct Report {
    private let title: String
    private var rows: [(name: String, unit: String, value: Double)] = []
    private var goals: [Goal] = []

    /// What a figure is to be at most, or at least.
    enum Bound {
        case atMost(Double)
        case atLeast(Double)
    }

    private struct Goal {
        let name: String
        let value: Double
        let bound: Bound

        var isMet: Bool {
            switch bound {
            case .atMost(let most): value <= most
            case .atLeast(let least): value.isFinite && value >= least
            }
        }

        var text: String {
            let wanted =
                switch bound {
                case .atMost(let most): "at most \(rounded(most))"
                case .atLeast(let least): "at least \(rounded(least))"
                }
            return "\(isMet ? "met    " : "NOT MET")  \(name): \(rounded(value)) x (goal: \(wanted) x)"
        }
    }

    init(_ title: String) {
        self.title = title
    }

    mutating func add(_ name: String, _ value: Double, _ unit: String) {
        rows.append((name, unit, value))
    }

    /// A ratio that has a goal.
    mutating func goal(_ name: String, _ value: Double, _ bound: Bound) {
        goals.append(Goal(name: name, value: value, bound: bound))
    }

    /// The distribution in ms.
    mutating func add(_ name: String, _ distribution: Distribution) {
        for (label, share) in Distribution.marks {
            add("\(name) \(label)", distribution.quantile(share) * 1000, "ms")
        }
    }

    /// What else the machine did since `before`, as shares of all its processors.
    mutating func addLoad(since before: Machine.Ticks) {
        let now = Machine.Ticks.now
        let all = max(1, now.all - before.all)
        add("processors idle", (now.idle - before.idle) / all * 100, "%")
        add("processors taken by the host", (now.stolen - before.stolen) / all * 100, "%")
    }

    func text() -> String {
        var text = "\(title)\n\(Machine.description)\n\n"
        let width = rows.map(\.name.count).max() ?? 0
        for row in rows {
            let padding = String(repeating: " ", count: width - row.name.count + 2)
            text += "  \(row.name)\(padding)\(rounded(row.value)) \(row.unit)\n"
        }
        for goal in goals { text += "  \(goal.text)\n" }
        return text + "\n"
    }

    func json() -> String {
        let members =
            [
                JSONValue.Member("bench", .string(title)), .init("cores", .int(Int64(Machine.cores))),
                .init("cpu", .string(Machine.cpu)), .init("commit", .string(Machine.commit)),
            ]
            + rows.map { row in
                let name = (row.name + (row.unit.isEmpty ? "" : " " + row.unit)).map {
                    $0.isLetter || $0.isNumber ? $0 : "_"
                }
                return JSONValue.Member(String(name), .double(row.value))
            } + [.init("goals", .array(goals.map(Self.json)))]
        return String(decoding: JSONWriter.bytes(.object(members)), as: UTF8.self) + "\n"
    }

    private static func json(_ goal: Goal) -> JSONValue {
        let bound: JSONValue.Member =
            switch goal.bound {
            case .atMost(let most): .init("most", .double(most))
            case .atLeast(let least): .init("least", .double(least))
            }
        return .object([
            .init("name", .string(goal.name)), .init("value", .double(goal.value)), bound,
            .init("met", .bool(goal.isMet)),
        ])
    }
}

/// Three places at most, fewer where there is much before the point.
private func rounded(_ value: Double) -> String {
    guard value.isFinite else { return "?" }
    if value.magnitude >= 1000 { return String(Int64(value.rounded())) }
    let scale: Double = value.magnitude >= 10 ? 10 : 1000
    return String((value * scale).rounded() / scale)
}

/// Times of one kind, in seconds.
struct Distribution {
    static let marks: [(label: String, share: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1),
    ]

    private let sorted: [Double]

    init(_ samples: [Double]) {
        sorted = samples.sorted()
    }

    /// The smallest sample that at least this share of all do not exceed; 0 of none.
    func quantile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[max(0, min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
    }
}
