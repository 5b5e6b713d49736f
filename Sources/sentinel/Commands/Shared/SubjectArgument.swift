import SentinelCore

extension ValueType where Value == Subject {
    /// `user:alice`, `ip:203.0.113.7`, `net:198.51.100.0/24`, any other `<type>:<id>`; a bare address or network. Bytes
    /// can be written as `%XX`, as lists show them.
    static var subject: Self {
        Self(
            name: "subject",
            parse: { (text) throws(ValueProblem) in
                if let address = try? IPAddress(text) { return Subject(of: address) }
                if text.contains("/"), !text.contains(":") || text.first?.isHexDigit == true || text.hasPrefix(":") {
                    if let network = try? Network(text) { return Subject(of: network) }
                }
                let subject: Subject
                do throws(Subject.Invalid) {
                    subject = try Subject(printable: text)
                } catch {
                    let form = "write user:alice, ip:203.0.113.7, net:198.51.100.0/24 or a bare address or network"
                    throw ValueProblem("\(quoted(text)) is not a subject: \(hint(text) ?? error.description); \(form)")
                }
                return try canonical(subject, text)
            },
            show: { $0.description }
        )
    }

    /// What is wrong with a bare network, if it was meant to be one.
    private static func hint(_ text: String) -> String? {
        guard text.contains("/"), text.first?.isHexDigit == true else { return nil }
        do throws(Network.Invalid) {
            _ = try Network(text)
            return nil
        } catch {
            return error.description
        }
    }

    /// Addresses and networks have one text each.
    private static func canonical(_ subject: Subject, _ text: String) throws(ValueProblem) -> Subject {
        switch subject.type {
        case "ip":
            do throws(IPAddress.Invalid) {
                return Subject(of: try IPAddress(parsing: subject.id))
            } catch {
                throw ValueProblem("\(quoted(text)): \(error)")
            }
        case "net":
            do throws(Network.Invalid) {
                return Subject(of: try Network(parsing: subject.id))
            } catch {
                throw ValueProblem("\(quoted(text)): \(error)")
            }
        default: return subject
        }
    }
}

extension Parameter {
    /// The one subject that a command is about. It must be given, so it is set when the command runs.
    static func subject(_ path: Property<Target, Subject?>) -> Self {
        let type = ValueType<Subject>.subject
        let help = "user:alice, ip:203.0.113.7; a bare address"
        return Self(spec: .init(role: .argument(.one), name: "subject", help: help, hint: type.hint)) {
            (target, text) throws(ValueProblem) in
            target[keyPath: path] = try type.parse(text)
        }
    }

    /// The subjects that a command changes.
    static func subjects(_ path: Property<Target, [Subject]>) -> Self {
        .arguments(
            "subject", path, .subject, "ip:203.0.113.7, user:alice, net:198.51.100.0/24; a bare address or network")
    }
}
