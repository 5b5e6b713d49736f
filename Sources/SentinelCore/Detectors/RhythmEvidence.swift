/// What the measures of a rhythm say together.
///
/// Each measure counts by how much of the way from chance to its limit it goes: 0 is what chance gives, 1 is what no person
/// reaches. The shares add up, as logarithms of likelihood ratios of independent observations do (Good, *Probability and the
/// Weighing of Evidence*, 1950); more than 1 in all is a machine. So a schedule that keeps a little to its period, a little to
/// the minutes and a little to the time of day is found, while each limit can be far from people.
struct RhythmEvidence {
    /// Of exponentially distributed intervals this share of the pairs is alike.
    private static let intervalChance = 0.06
    /// One in twenty minutes of the hour, or numbers of posts.
    private static let minuteChance = 0.05
    private static let sizeChance = 0.05

    /// What is enough by itself, the margin included.
    let intervalLimit: Double
    let minuteLimit: Double

    /// Each 0 or more: 1 is enough by itself.
    private(set) var intervals = 0.0
    private(set) var minutes = 0.0
    private(set) var day = 0.0
    private(set) var sizes = 0.0
    private(set) var batchDays = 0.0

    private let rhythm: Rhythm
    private let batches: Batches?

    /// - Parameter batches: nil if they are not to be compared.
    init(of rhythm: Rhythm, batches: Batches?, _ parameters: Cadence.Parameters) {
        self.rhythm = rhythm
        self.batches = batches
        let minimum = max(2, parameters.minimumIntervals)
        intervalLimit = parameters.maximumIntervalAgreement + parameters.margin / Double(max(1, rhythm.intervals.count))
        minuteLimit = parameters.maximumMinuteAgreement + parameters.margin / Double(max(1, rhythm.sessions))
        if rhythm.intervals.count >= minimum {
            intervals = Self.share(rhythm.intervalAgreement, from: Self.intervalChance, to: intervalLimit)
        }
        if rhythm.sessions >= minimum {
            minutes = Self.share(rhythm.minuteAgreement, from: Self.minuteChance, to: minuteLimit)
            day = Self.share(rhythm.dayExcess, from: 0, to: parameters.maximumDayExcess)
        }
        guard let batches, !batches.sizes.isEmpty else { return }
        if batches.medianPause ?? .max <= Batches.maximumPauseOfLikeSizes {
            sizes = Self.share(
                batches.sizeAgreement, from: Self.sizeChance,
                to: parameters.maximumSizeAgreement + 1 / Double(batches.sizes.count))
        }
        batchDays = Self.share(
            batches.dayAgreement, from: 0, to: parameters.maximumDayAgreement + 0.5 / Double(batches.starts.count))
    }

    /// Above 1 it is a machine.
    var total: Double { intervals + minutes + day + sizes + batchDays }

    /// The name of the sign that says most.
    var strongest: String { ranked[0].sign }

    /// Whether one of the measures would do without the others.
    var isEnoughOfOneKind: Bool { ranked[0].share > 1 }

    /// What has been seen, the strongest first: all that count for a quarter of what is needed or more, or only the first
    /// one if it is enough.
    var words: String {
        let ranked = ranked
        guard !isEnoughOfOneKind else { return ranked[0].words }
        let told = ranked.prefix { $0.share >= 0.25 }
        return (told.isEmpty ? ranked.prefix(1) : told).map(\.words).joined(separator: ", ")
    }

    /// Of the way from what chance gives to the limit, how much a measure goes.
    private static func share(_ measure: Double, from chance: Double, to limit: Double) -> Double {
        guard measure > chance else { return 0 }
        return limit > chance ? (measure - chance) / (limit - chance) : .infinity
    }

    private var ranked: [(sign: String, share: Double, words: String)] {
        let often = "\(percent(batches?.share ?? 0)) % of the times it posts, it posts several at once, and "
        return [
            (
                "intervals", intervals,
                "\(percent(rhythm.intervalAgreement)) % of the pairs of its \(rhythm.intervals.count) last intervals are "
                    + "alike (people: \(percent(intervalLimit)) % at most)"
            ),
            (
                "minutes", minutes,
                "\(percent(rhythm.minuteAgreement)) % of the pairs of its \(rhythm.sessions) last sessions begin in the "
                    + "same minutes of the hour (people: \(percent(minuteLimit)) % at most)"
            ),
            (
                "day", day,
                "its \(rhythm.sessions) last sessions begin at the same times of day, to two minutes, more often than by "
                    + "chance, by \((rhythm.dayExcess * 10).rounded() / 10) standard deviations"
            ),
            (
                "batches", sizes,
                often + "\(percent(batches?.sizeAgreement ?? 0)) % of the pairs of its \(batches?.sizes.count ?? 0) "
                    + "batches have as many posts"
            ),
            (
                "batches", batchDays,
                often + "\(percent(batches?.dayAgreement ?? 0)) % of the pairs of its \(batches?.starts.count ?? 0) "
                    + "batches begin at the same time of day"
            ),
        ].sorted { $0.1 > $1.1 }
    }

    private func percent(_ share: Double) -> Double { (share * 1000).rounded() / 10 }
}
