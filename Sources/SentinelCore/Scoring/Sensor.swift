/// A watch that looks at events, made ready once: a rule is asked at every event, and copying its lists each time would cost
/// more than most detectors.
final class Sensor {
    /// By which detector, with all that it goes by.
    enum Detector {
        case firstEvent(FirstPost)
        case cadence(Cadence)
        case identical(IdenticalPosts)
        case repetition(Repetition)
        case duplicate(DuplicateContent)
        case baseline(BaselineDeviation)
        case rotation(AddressRotation)
        case pattern(PatternWatch)
        case signup(SignupWatch)
    }

    final class PatternWatch {
        /// Empty: the kinds that are posts.
        let kinds: Set<String>
        let detector: Pattern
        let search: PatternSearch

        init(kinds: Set<String>, detector: Pattern, search: PatternSearch) {
            self.kinds = kinds
            self.detector = detector
            self.search = search
        }
    }

    final class SignupWatch {
        let kinds: Set<String>
        let detector: Signup

        init(kinds: Set<String>, detector: Signup) {
            self.kinds = kinds
            self.detector = detector
        }
    }

    /// The word that names the watch in a policy.
    let name: String
    let detector: Detector

    /// Nil for a watch that does not look at events.
    ///
    /// - Parameters:
    ///   - textBytes: what lies behind so many bytes of a text is not searched.
    ///   - searches: those of the watches before; watches for the same list share one.
    init?(_ watch: Rule.Watch, textBytes: Int, searches: inout [PatternSearch]) {
        name = watch.name
        switch watch {
        case .firstEvent(let parameters): detector = .firstEvent(FirstPost(parameters))
        case .cadence(let parameters): detector = .cadence(Cadence(parameters))
        case .identical(let parameters): detector = .identical(IdenticalPosts(parameters))
        case .repetition(let parameters): detector = .repetition(Repetition(parameters))
        case .duplicate(let parameters): detector = .duplicate(DuplicateContent(parameters))
        case .baseline(let parameters): detector = .baseline(BaselineDeviation(parameters))
        case .rotation(let parameters): detector = .rotation(AddressRotation(parameters))
        case .pattern(let watch):
            let search = searches.first { $0.join(watch) } ?? PatternSearch(watch, maximumBytes: textBytes)
            if !searches.contains(where: { $0 === search }) { searches.append(search) }
            detector = .pattern(.init(kinds: watch.kinds, detector: Pattern(watch.parameters), search: search))
        case .signup(let watch):
            var parameters = watch.parameters
            parameters.disposableDomains = watch.domains.value
            detector = .signup(.init(kinds: watch.kinds, detector: Signup(parameters)))
        case .count, .sum, .distinct, .report, .score: return nil
        }
    }
}
