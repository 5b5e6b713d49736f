import SentinelCore
import SentinelEngine

extension Context {
    /// What is known of a subject; fails with "not found" if nothing is.
    func summary(of subject: Subject?, at time: TimePoint?) async throws -> SubjectSummary {
        guard let subject else { throw Failure(.usage, "a subject is missing") }
        let summary = try await withOperations {
            try await $0.summary(of: subject, at: time?.milliseconds(now: now))
        }
        guard let summary else {
            throw Failure(
                .notFound, "nothing is known of \(subject)", hint: "See 'sentinel incident ls' for who was flagged.")
        }
        return summary
    }
}
