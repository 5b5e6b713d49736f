/// A policy together with the text that says it: what travels in the function library, so that whoever asks Redis gets
/// the rules as they were written.
package struct PolicyDocument: Sendable, Equatable {
    package let policy: Policy
    package let source: PolicySource

    /// Reads a policy.
    ///
    /// - Parameters:
    ///   - yaml: the file.
    ///   - file: what problems call it.
    ///   - files: the files that it names, by their path as it stands there.
    package init(
        reading yaml: [UInt8], file: String,
        files: @escaping Reading.Files = { _ in .failure(.init("no files here")) }
    ) throws(PolicyProblems) {
        var reading = Reading(file: file, files: files)
        var policy = Form<Policy>.policy.blank
        let (root, problems) = YAMLParser.parse(yaml)
        for problem in problems { reading.note(.document(problem.kind), at: problem.position, problem.message) }
        if let root { Form<Policy>.policy.read(root, into: &policy, &reading) }
        let source = PolicySource(yaml: yaml, lists: reading.lists)
        if source.bytes > PolicySource.maximumBytes {
            let start = YAMLNode.Position(line: 1, column: 1)
            let message = "policy and lists have \(source.bytes) bytes; \(PolicySource.maximumBytes) are allowed"
            reading.note(.file, at: start, message)
        }
        guard reading.problems.isEmpty else {
            let sorted = reading.problems.enumerated().sorted {
                let (a, b) = ($0.element.position, $1.element.position)
                return (a.line, a.column, $0.offset) < (b.line, b.column, $1.offset)
            }
            throw PolicyProblems(problems: sorted.map(\.element), omitted: reading.omitted)
        }
        self.policy = policy
        self.source = source
    }

    /// Reads a policy back from what travelled with it.
    package init(reading source: PolicySource, file: String) throws(PolicyProblems) {
        try self.init(reading: source.yaml, file: file) { path in
            source.lists[path].map { .success($0) } ?? .failure(.init("it did not travel with the policy"))
        }
    }

    /// A policy that was made in Swift, with a text that says the same.
    package init(_ policy: Policy) {
        if policy == PolicyDocument.standard.policy {
            self = .standard
        } else {
            self.policy = policy
            source = PolicySource(yaml: Array(policy.yaml.utf8), lists: [:])
        }
    }

    /// For tests: a text that is not the policy's own.
    init(policy: Policy, source: PolicySource) {
        self.policy = policy
        self.source = source
    }

    init(embedded yaml: [UInt8], _ name: String) {
        do throws(PolicyProblems) {
            try self.init(reading: yaml, file: "policies/\(name)")
        } catch {
            fatalError("\(error)")  // a test reads it
        }
    }
}

/// The text of a policy and of the files that it names.
package struct PolicySource: Sendable, Equatable {
    /// Of all of them together: it stands in memory of every Redis, and in every copy of its data.
    package static let maximumBytes = 1 << 20

    package var yaml: [UInt8]
    package var lists: [String: [UInt8]]

    package init(yaml: [UInt8], lists: [String: [UInt8]]) {
        self.yaml = yaml
        self.lists = lists
    }

    var bytes: Int { lists.reduce(yaml.count) { $0 + $1.key.utf8.count + $1.value.count } }
}
