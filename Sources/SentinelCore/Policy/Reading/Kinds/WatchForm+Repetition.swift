extension WatchForm {
    static let repetition = WatchForm(
        "repetition",
        Form(
            "Very similar texts by one user in a row.", blank: Repetition.Parameters(),
            [
                .key("messages", \.messages, .number(2...20), "How many in a row, the present one included."),
                .key("similarity", \.minimumSimilarity, .share, "How similar they must be; 1: the same letters."),
                .key(
                    "window", \.window, .milliseconds(.seconds(1)...Duration.days(30)),
                    "How old the first of them may be."),
            ]), wrap: { .repetition($0) }, unwrap: { if case .repetition(let own) = $0 { own } else { nil } })
}
