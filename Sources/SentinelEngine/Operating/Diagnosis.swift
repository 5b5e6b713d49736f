/// The result of one check on a running installation.
package struct Diagnosis: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case ok
        /// It works, but something should be done.
        case warning
        /// It does not work, or data can be lost.
        case failure
    }

    /// What was checked, one word; part of the contract with programs.
    package var check: String
    package var state: State
    /// What is the case.
    package var message: String
    /// What to do; nil when there is nothing to do.
    package var advice: String?

    init(_ check: String, _ state: State, _ message: String, advice: String? = nil) {
        self.check = check
        self.state = state
        self.message = message
        self.advice = advice
    }
}
