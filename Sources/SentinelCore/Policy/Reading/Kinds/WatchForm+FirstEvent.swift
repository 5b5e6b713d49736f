extension WatchForm {
    static let firstEvent = WatchForm(
        "first_event",
        Form(
            "The first post of an account, too soon after its creation.", blank: FirstPost.Parameters(),
            [
                .key(
                    "within", \.maximumAge, .milliseconds(.seconds(1)...Duration.days(30)),
                    "Up to this age of the account, by the `created` of the event.")
            ]), wrap: { .firstEvent($0) }, unwrap: { if case .firstEvent(let own) = $0 { own } else { nil } })
}
