extension Form where Target == Rule.Outcome {
    static let outcome = Form(
        "What follows a flag, besides the incident.", blank: Rule.Outcome(),
        [
            .key(
                "limit", \.limit, .bool, "Refuse what is over the limit until the window frees. `count` and `sum` only."
            ),
            .key("alert", \.alert, .bool, "Publish an alert when the incident opens."),
            .optional(
                "score", \.score, .share,
                "What one flag adds to the subject's suspicion: how likely it is abuse, as far as this rule can tell.",
                default: "by severity: 0.1, 0.3, 0.6, 0.95"),
            .optional("block", \.block, Form<Rule.Block>.block.value, "Block for a time.", default: "no block"),
        ])
}

extension Form where Target == Rule.Block {
    static let block = Form(
        "A block for a time that grows with each repeat.",
        blank: Rule.Block(for: .zero, cap: .zero),
        [
            .required("for", \.time, .duration(.seconds(1)...Duration.days(3650)), "How long the first block lasts."),
            .key(
                "escalate", \.escalation, .decimal(1...100),
                "By which factor each block of the subject is longer than the one before; 1: always as long."),
            .key(
                "cap", \.cap, .duration(.seconds(1)...Duration.days(3650)), "The longest that escalation comes to.",
                default: "7d, or the block's own time if longer"),
            .key("action", \.action, .choice, "What the edge does."),
            .key(
                "on", \.target, .choice,
                "Who is blocked: whom the flag is about, or the user or the address of its event, or both."),
        ]
    ) { block, given, reading in
        if !given.has("cap") {
            block.cap = Rule.Block(for: block.time).cap
        } else if block.cap < block.time {
            reading.note(
                .conflict, at: given.position("cap"),
                "cap \(DurationText.show(block.cap)) is shorter than the block itself, \(DurationText.show(block.time))"
            )
        }
    }
}
