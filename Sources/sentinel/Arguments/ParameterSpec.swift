/// What help, completion and the parser need to know of one argument or option, without its type.
struct ParameterSpec: Sendable {
    enum Role: Sendable, Equatable {
        /// A positional argument.
        case argument(Arity)
        /// `--name value`.
        case option
        /// `--name`, without a value.
        case flag
    }

    enum Arity: Sendable, Equatable {
        case one
        case optional
        /// One or more; only the last argument may be it.
        case many
    }

    /// What a shell can offer as the value.
    enum Hint: Sendable, Equatable {
        case none
        case choices([String])
        case file
        case folder
    }

    let role: Role
    /// The long name without dashes (`duration`), or the argument's name (`subject`).
    let name: String
    var short: Character?
    /// The placeholder in help: `time`, `n`, `file`.
    var valueName = ""
    let help: String
    var hint = Hint.none
    /// The default as it would be typed; nil when there is none worth showing.
    var defaultText: String?
    /// The variable that stands in when the option is not given.
    var environment: String?
    var isRequired = false
    /// Each use adds a value instead of replacing the last one.
    var repeats = false

    var isArgument: Bool {
        if case .argument = role { true } else { false }
    }

    /// How messages name it: `--duration` or `<subject>`.
    var title: String {
        isArgument ? "<\(name)>" : "--\(name)"
    }
}
