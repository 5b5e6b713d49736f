/// A value that cannot be what it should be: what is wrong and what would be right, in one sentence.
struct ValueProblem: Error, Equatable {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
