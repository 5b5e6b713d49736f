/// One list of expressions that several rules look for in the same field, each from a score of its own on: a text is searched
/// once for all of them. Belongs to one thread.
final class PatternSearch {
    let list: PatternList
    let field: Rule.Field
    private let maximumBytes: Int
    /// The least of the scores that the rules ask for; of a text that scores less hits may be missing.
    private var minimumScore: Double
    private var matcher: PatternMatcher
    private var last: (text: [UInt8], result: PatternMatcher.Result)?

    init(_ search: Rule.TextSearch, maximumBytes: Int) {
        list = search.list.value
        field = search.field
        self.maximumBytes = maximumBytes
        minimumScore = search.minimumScore
        matcher = PatternMatcher(list, minimumScore: minimumScore, maximumBytes: maximumBytes)
    }

    /// Takes in another rule; false if it looks for something else.
    func join(_ search: Rule.TextSearch) -> Bool {
        guard search.field == field, search.list.value == list else { return false }
        if search.minimumScore < minimumScore {
            minimumScore = search.minimumScore
            matcher = PatternMatcher(list, minimumScore: minimumScore, maximumBytes: maximumBytes)
        }
        return true
    }

    /// What the text holds. The rules ask one after the other: the last text is not searched again.
    func result(of text: [UInt8]) -> PatternMatcher.Result {
        if let last, last.text == text { return last.result }
        let result = matcher.search(text)
        last = (text, result)
        return result
    }
}
