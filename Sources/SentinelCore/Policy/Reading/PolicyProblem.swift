/// One thing that is wrong with a policy file, for the person who wrote it.
package struct PolicyProblem: Sendable, Equatable {
    package enum Kind: Sendable, Hashable {
        /// The file is no YAML that we read.
        case document(YAMLParser.Problem.Kind)
        /// A key that nobody knows here.
        case unknownKey
        case missingKey
        /// A list, a mapping or a single value where another of them belongs.
        case shape
        /// A value outside of what is allowed.
        case value
        /// The same rule id, prefix or item twice.
        case duplicate
        /// A field that no event has.
        case unknownField
        /// Two parts of a rule that cannot go together.
        case conflict
        /// A part that can never take effect.
        case unreachable
        /// A file that the policy names cannot be read, or holds something wrong.
        case file

        /// All of them, for tests and docs.
        package static var all: [Kind] {
            YAMLParser.Problem.Kind.allCases.map { .document($0) } + [
                .unknownKey, .missingKey, .shape, .value, .duplicate, .unknownField, .conflict, .unreachable, .file,
            ]
        }
    }

    package var kind: Kind
    /// The file as the caller names it.
    package var file: String
    package var position: YAMLNode.Position
    /// Where in the document: `rules[2].count.limit`. Empty at the top.
    package var path: String
    /// What stands there, what is allowed, what may have been meant.
    package var message: String

    /// A word for programs: `unknown_key`.
    package var code: String {
        switch kind {
        case .document: "yaml"
        case .unknownKey: "unknown_key"
        case .missingKey: "missing_key"
        case .shape: "shape"
        case .value: "value"
        case .duplicate: "duplicate"
        case .unknownField: "unknown_field"
        case .conflict: "conflict"
        case .unreachable: "unreachable"
        case .file: "file"
        }
    }
}

extension PolicyProblem: CustomStringConvertible {
    /// `policy.yaml:12:9: rules[2].count.limit: '5o' is not …`, as compilers and editors have it.
    package var description: String {
        "\(file):\(position.line):\(position.column): \(path.isEmpty ? "" : path + ": ")\(message)"
    }
}

/// Everything that is wrong with a policy, in the order of the file, up to ``most``.
package struct PolicyProblems: Error, Sendable, Equatable {
    package static let most = 100

    /// Never empty.
    package internal(set) var problems: [PolicyProblem]
    /// How many more there are.
    package internal(set) var omitted = 0
}

extension PolicyProblems: CustomStringConvertible {
    /// One line per problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n") + (omitted > 0 ? "\nand \(omitted) more" : "")
    }
}
