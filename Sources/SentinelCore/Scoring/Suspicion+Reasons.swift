extension Suspicion {
    /// A reason as it stands at some time.
    package struct CurrentReason: Sendable, Equatable {
        package var rule: String
        package var module: Rule.Module
        /// What is left of its weight, 0…1.
        package var weight: Double
        /// When its newest flag was raised, ms since 1970.
        package var at: Int64
        /// How many events were flagged by it.
        package var flags: UInt64

        /// For evidence and answers.
        package var json: JSONValue {
            .object([
                .init("rule", .string(rule)), .init("module", .string(module.rawValue)),
                .init("weight", .double(weight.thousandths)), .init("at_ms", .int(at)),
                .init("flags", .int(Int64(clamping: flags))),
            ])
        }
    }

    /// Why the score is what it is: all rules that still say something, the weightiest first.
    package func reasons(at time: Int64, halfLife: Int64, module: Rule.Module? = nil) -> [CurrentReason] {
        reasons.filter { module == nil || $0.module == module }
            .map {
                CurrentReason(
                    rule: $0.rule, module: $0.module, weight: $0.weight(at: time, halfLife: halfLife), at: $0.at,
                    flags: $0.flags)
            }
            .filter { $0.weight >= 0.001 }
            .sorted { ($1.weight, $0.rule) < ($0.weight, $1.rule) }
    }
}

extension Double {
    /// Rounded, for people and answers: a score is not known more exactly.
    package var hundredths: Double { (self * 100).rounded() / 100 }
    package var thousandths: Double { (self * 1000).rounded() / 1000 }
}
