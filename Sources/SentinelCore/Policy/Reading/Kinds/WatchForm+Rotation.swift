extension WatchForm {
    static let rotation = WatchForm(
        "rotation",
        Form(
            "A user whose events come from ever new networks of many providers and hardly ever go back: a pool of proxies, "
                + "not a telephone on its way.",
            blank: AddressRotation.Parameters(),
            [
                .key("window", \.window, .milliseconds(.seconds(1)...Duration.days(7)), "How far back is looked."),
                .key(
                    "networks", \.maximumNetworks, .number(1...23),
                    "More networks (/24, /48) than this, up to twice as many where the user goes back to known ones."),
                .key("blocks", \.minimumBlocks, .number(1...24), "Spread over at least so many blocks (/16, /32)."),
                .key(
                    "change_share", \.minimumChangeShare, .share,
                    "At least this share of the events from another network than the one before."),
            ]), wrap: { .rotation($0) }, unwrap: { if case .rotation(let own) = $0 { own } else { nil } })
}
