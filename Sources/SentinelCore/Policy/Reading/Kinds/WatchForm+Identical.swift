extension WatchForm {
    static let identical = WatchForm(
        "identical",
        Form(
            "Mostly one and the same text by one user.", blank: IdenticalPosts.Parameters(),
            [
                .key("share", \.maximumShare, .share, "More than this share of the recent posts."),
                .key("posts", \.minimumPosts, .number(2...20), "How many recent posts it takes."),
                .key(
                    "window", \.window, .milliseconds(.seconds(1)...Duration.days(30)), "How old a recent post may be."),
            ]), wrap: { .identical($0) }, unwrap: { if case .identical(let own) = $0 { own } else { nil } })
}
