extension WatchForm {
    static let duplicate = WatchForm(
        "duplicate",
        Form(
            "The same text from several users, and campaigns: variants of one text by several accounts over weeks.",
            blank: DuplicateContent.Parameters(),
            [
                .key("accounts", \.accounts, .number(2...1000), "Copies: how many users, the present one included."),
                .key(
                    "similarity", \.similarity, .share,
                    "From which similarity on a text is a copy; 1: the same letters."),
                .key("window", \.window, .milliseconds(.seconds(1)...Duration.days(14)), "How long a copy counts."),
                .key("letters", \.minimumLetters, .number(1...1000), "Texts with fewer letters are not compared."),
                .key("campaign_accounts", \.campaignAccounts, .number(2...64), "How many newcomers make a campaign."),
                .key(
                    "campaign_similarity", \.campaignSimilarity, .share, "From which similarity on a text is a variant."
                ),
                .key(
                    "regular_after", \.regularAfter,
                    ValueForm<Int64>.number(1...1_000_000).mapped(from: { Int64(clamping: $0) }, to: { UInt64($0) }),
                    "After how many texts of his own a user is a regular, who counts less."),
                .group(
                    "memory",
                    Form(
                        "How long kinds of text are remembered after they were last seen.",
                        blank: DuplicateContent.Parameters(),
                        [
                            .key(
                                "single", \.memory.single, .milliseconds(.days(1)...Duration.days(366)),
                                "Those that one user has posted."),
                            .key(
                                "shared", \.memory.shared, .milliseconds(.days(1)...Duration.days(366)),
                                "Those that several users have posted."),
                        ])),
            ]), wrap: { .duplicate($0) }, unwrap: { if case .duplicate(let own) = $0 { own } else { nil } })
}
