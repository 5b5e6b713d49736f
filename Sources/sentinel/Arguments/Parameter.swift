/// Binds a word of the command line to a property of `Target`: the description, and how a value gets in.
struct Parameter<Target: Parsable>: Sendable {
    let spec: ParameterSpec
    /// Reads the text and stores the value (for a flag the text is not looked at).
    let assign: @Sendable (inout Target, String) throws(ValueProblem) -> Void

    /// The same parameter for something that contains the target.
    func lifted<Whole: Parsable>(to path: Property<Whole, Target>) -> Parameter<Whole> {
        Parameter<Whole>(spec: spec) { (whole, text) throws(ValueProblem) in
            try assign(&whole[keyPath: path], text)
        }
    }
}

// MARK: - Positional arguments

extension Parameter {
    /// An argument that must be there.
    static func argument<Value>(
        _ name: String, _ path: Property<Target, Value>, _ type: ValueType<Value>, _ help: String
    ) -> Self {
        Self(spec: .init(role: .argument(.one), name: name, help: help, hint: type.hint)) {
            (target, text) throws(ValueProblem) in
            target[keyPath: path] = try type.parse(text)
        }
    }

    /// An argument that may be left out.
    static func argument<Value>(
        _ name: String, _ path: Property<Target, Value?>, _ type: ValueType<Value>, _ help: String
    ) -> Self {
        Self(spec: .init(role: .argument(.optional), name: name, help: help, hint: type.hint)) {
            (target, text) throws(ValueProblem) in
            target[keyPath: path] = try type.parse(text)
        }
    }

    /// One or more arguments; must be the last.
    static func arguments<Value>(
        _ name: String, _ path: Property<Target, [Value]>, _ type: ValueType<Value>, _ help: String
    ) -> Self {
        Self(spec: .init(role: .argument(.many), name: name, help: help, hint: type.hint)) {
            (target, text) throws(ValueProblem) in
            target[keyPath: path].append(try type.parse(text))
        }
    }
}

// MARK: - Options

extension Parameter {
    /// An option whose default is the property's initial value.
    static func option<Value>(
        _ name: String, _ short: Character? = nil, _ path: Property<Target, Value>,
        _ type: ValueType<Value>, _ help: String, environment: String? = nil
    ) -> Self {
        var spec = ParameterSpec(role: .option, name: name, short: short, valueName: type.name, help: help)
        spec.hint = type.hint
        spec.defaultText = type.show(Target()[keyPath: path])
        spec.environment = environment
        return Self(spec: spec) { (target, text) throws(ValueProblem) in
            target[keyPath: path] = try type.parse(text)
        }
    }

    /// An option without a default; `required` refuses the line without it.
    static func option<Value>(
        _ name: String, _ short: Character? = nil, _ path: Property<Target, Value?>,
        _ type: ValueType<Value>, _ help: String, environment: String? = nil, required: Bool = false
    ) -> Self {
        var spec = ParameterSpec(role: .option, name: name, short: short, valueName: type.name, help: help)
        spec.hint = type.hint
        spec.environment = environment
        spec.isRequired = required
        return Self(spec: spec) { (target, text) throws(ValueProblem) in
            target[keyPath: path] = try type.parse(text)
        }
    }

    /// An option that may be given several times.
    static func options<Value>(
        _ name: String, _ short: Character? = nil, _ path: Property<Target, [Value]>,
        _ type: ValueType<Value>, _ help: String
    ) -> Self {
        var spec = ParameterSpec(role: .option, name: name, short: short, valueName: type.name, help: help)
        spec.hint = type.hint
        spec.repeats = true
        return Self(spec: spec) { (target, text) throws(ValueProblem) in
            target[keyPath: path].append(try type.parse(text))
        }
    }

    /// A switch that is off unless it is there.
    static func flag(
        _ name: String, _ short: Character? = nil, _ path: Property<Target, Bool>, _ help: String
    ) -> Self {
        Self(spec: .init(role: .flag, name: name, short: short, help: help)) { (target, _) throws(ValueProblem) in
            target[keyPath: path] = true
        }
    }
}
