package enum Repetition {
    package struct Parameters: Sendable, Equatable {
        package init() {}
    }
}
