package enum DuplicateContent {
    package struct Parameters: Sendable, Equatable {
        package init() {}
    }
}
