extension WatchForm {
    static let report = WatchForm(
        "report",
        Form("Verdicts from outside, by `sentinel_report`: the rule's id is what the app reports.", blank: (), []),
        wrap: { .report }, unwrap: { if case .report = $0 { () } else { nil } })
}
