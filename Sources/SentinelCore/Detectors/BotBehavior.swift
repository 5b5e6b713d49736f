package enum BotBehavior {
    package struct Parameters: Sendable, Equatable {
        package init() {}
    }
}
