/// The batches of one user: occasions of several posts within two seconds of one another, see `PostTimes`.
///
/// A job that runs on a timer writes all it has to say at once: a status and its summary, a dozen files. That alone is no
/// sign, for people paste, import, upload and rebase; but theirs differ in size and in time. How alike two batches are is
/// measured as in `Rhythm`, by the share of pairs that agree: Rényi's entropy of order 2 (1961) of sizes and times of day.
struct Batches {
    /// Fewer batches, each in a session of its own, are never compared.
    static let minimum = 3
    /// Who lets more time pass between most of his batches, in ms, does not run on a schedule of days or less.
    static let maximumPause = 48 * Rhythm.hour
    /// As many posts in each batch only say something of batches several times a day, this many ms apart or less: people
    /// post in pairs too, a merge and what was merged, but at their own pace.
    static let maximumPauseOfLikeSizes = 6 * Rhythm.hour
    private static let day = 24 * Rhythm.hour

    /// How many posts each of them is.
    let sizes: [Int]
    /// When the first batch of each session began, in ms, oldest first. More than `Rhythm.sessionGap` apart.
    let starts: [Int64]
    /// Of the occasions, how many are batches, 0…1.
    let share: Double
    /// Between the starts, in ms; nil if there are too few batches to compare.
    let medianPause: Int64?

    init(of times: PostTimes) {
        var sizes: [Int] = []
        var starts: [Int64] = []
        var before: PostTimes.Occasion?
        var isCounted = false
        for occasion in times.occasions {
            if before.map({ PostTimes.distance($0.last, occasion.first) > Rhythm.sessionGap }) ?? true {
                isCounted = false
            }
            if occasion.posts > 1 {
                sizes.append(occasion.posts)
                if !isCounted { starts.append(occasion.first) }
                isCounted = true
            }
            before = occasion
        }
        self.sizes = sizes
        self.starts = starts
        share = Double(sizes.count) / Double(max(1, times.occasions.count))
        medianPause = Self.medianPause(starts)
    }

    private static func medianPause(_ starts: [Int64]) -> Int64? {
        guard starts.count >= minimum else { return nil }
        let pauses = zip(starts, starts.dropFirst()).map { PostTimes.distance($0, $1) }.sorted()
        return pauses[pauses.count / 2]
    }

    /// The share of the pairs of batches with as many posts, 0…1; 0 if there is no pair. Sizes of one to twenty, all as
    /// likely, have 1/20.
    var sizeAgreement: Double {
        var bySize = [Int](repeating: 0, count: PostTimes.maximumPosts + 1)
        for size in sizes { bySize[size] += 1 }
        return Self.share(bySize.reduce(0) { $0 + $1 * ($1 - 1) / 2 }, ofPairsOf: sizes.count)
    }

    /// The share of the pairs of starts at the same time of day, give or take five minutes, 0…1; of times at random it is
    /// 1/144. That is the gap between sessions, so no two of one conversation agree.
    var dayAgreement: Double {
        let times = starts.map { ($0 % Self.day + Self.day) % Self.day }.sorted()
        var pairs = 0
        for (place, time) in times.enumerated() {
            for step in 1..<max(1, times.count) {
                let next = times[(place + step) % times.count] + (place + step < times.count ? 0 : Self.day)
                guard next - time <= Rhythm.sessionGap else { break }
                pairs += 1
            }
        }
        return Self.share(pairs, ofPairsOf: times.count)
    }

    /// Mean, in ms, and CV of the time between the starts; 0 without any.
    var pauses: (mean: Double, variation: Double) {
        let pauses = zip(starts, starts.dropFirst()).map { Double(PostTimes.distance($0, $1)) }
        guard !pauses.isEmpty else { return (0, 0) }
        let mean = pauses.reduce(0, +) / Double(pauses.count)
        let variance = pauses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pauses.count)
        return (mean, variance.squareRoot() / max(1, mean))
    }

    private static func share(_ pairs: Int, ofPairsOf count: Int) -> Double {
        count < 2 ? 0 : Double(pairs) * 2 / (Double(count) * Double(count - 1))
    }
}
