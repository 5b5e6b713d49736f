extension Alert {
    /// What alerts are about: the kinds of abuse that rules have, and edges that are behind. Test alerts are about none.
    package enum Module: String, Sendable, CaseIterable {
        case spam, automation, harvesting, fraud, content, edge
    }
}
