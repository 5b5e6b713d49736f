extension WatchForm {
    static let duplicate = WatchForm(
        "duplicate",
        Form(
            "The same text from several users.", blank: DuplicateContent.Parameters(),
            [
                .key("accounts", \.accounts, .number(2...1000), "How many users, the present one included."),
                .key("window", \.window, .milliseconds(.seconds(1)...Duration.days(1)), "How long a sighting counts."),
                .key("letters", \.minimumLetters, .number(1...1000), "Texts with fewer letters are not compared."),
            ]), wrap: { .duplicate($0) }, unwrap: { if case .duplicate(let own) = $0 { own } else { nil } })
}
