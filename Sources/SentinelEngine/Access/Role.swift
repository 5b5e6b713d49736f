/// Who may use a route. A role may do what those below it may.
package enum Role: String, Sendable, CaseIterable, Comparable {
    /// Anybody who reaches the port: whether the program lives is no secret.
    case anyone
    /// Apps: record and check.
    case client
    /// Moderators: see incidents and blocks.
    case staff
    /// Moderators who decide: review, block, see raw events, change the policy.
    case admin
    /// Who gives out tokens.
    case superuser

    package static func < (left: Role, right: Role) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}
