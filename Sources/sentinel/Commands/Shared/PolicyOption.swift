import SentinelCore
import SentinelEngine

extension Parameter {
    /// `--policy` of what goes by one.
    static func policy(_ path: Property<Target, String?>) -> Self {
        .option("policy", nil, path, .file, "apply this policy at the start (default: what Redis has)")
    }
}

extension Operations {
    /// The policy in force, as far as this program can read it.
    func readablePolicy() async throws -> PolicyDocument {
        guard let inForce = try await policyInForce() else {
            throw Failure(
                .failure, "no policy is in force: the function library is not loaded",
                hint: "'sentinel up' and 'sentinel run' load it; so does 'sentinel policy apply'.")
        }
        do throws(PolicyProblems) {
            if let document = try inForce.document() { return document }
        } catch {
            throw Failure(
                .failure, "policy \(inForce.hash) is in force, which this program cannot read: \(error.problems[0])",
                hint: "Use the newer sentinel; 'sentinel policy show -o raw' prints what is there.")
        }
        throw Failure(
            .failure, "the function library in Redis is of an older sentinel and does not hold its policy's text",
            hint: "'sentinel policy apply' brings it up to date.")
    }
}
