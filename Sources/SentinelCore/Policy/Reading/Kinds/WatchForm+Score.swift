extension WatchForm {
    static let score = WatchForm(
        "score",
        Form(
            "The suspicion that the flags of other rules add up to, which fades with `suspicion.half_life`.",
            blank: Rule.Score(atLeast: 1),
            [
                .required("at_least", \.atLeast, .share, "From which suspicion on."),
                .optional(
                    "module", \.module, .choice, "Only what rules of this module add.",
                    default: "all modules together"),
            ]), wrap: { .score($0) }, unwrap: { if case .score(let own) = $0 { own } else { nil } })
}
