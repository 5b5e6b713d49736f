/// Brings suspicions up to date with what the detectors raised: pure, so that the same log always gives the same scores.
///
/// Rules in shadow mode do nothing, so they say nothing here either; nor do the `score` rules that rest on the score.
package struct Scorer: Sendable {
    private let policy: Policy
    private let decay: Suspicion.Decay
    /// The rules that watch scores.
    private let scoreRules: [(rule: Rule, watch: Rule.Score)]

    package init(policy: Policy) {
        self.policy = policy
        decay = Suspicion.Decay(of: policy)
        scoreRules = policy.rules.flatMap { rule in
            rule.watches.compactMap { watch in
                if case .score(let score) = watch { (rule, score) } else { nil }
            }
        }
    }

    /// The subjects whose suspicion these acts change.
    package func subjects(of acts: [FlagBatch.Act]) -> Set<Subject> {
        Set(
            acts.compactMap { act in
                switch act {
                case .flag(let flag): evidence(of: flag) == nil ? nil : flag.subject
                case .unblock(let subject, _, _): subject
                }
            })
    }

    /// Applies acts in the order of the log. `suspicions` holds those of `subjects(of:)`, as far as there are any.
    /// - Returns: The flags of the `score` rules that are met.
    package func apply(_ acts: [FlagBatch.Act], to suspicions: inout [Subject: Suspicion]) -> [Flag] {
        var flags: [Flag] = []
        var start = 0
        while start < acts.count {
            var end = start + 1
            while end < acts.count, acts[end].position == acts[start].position { end += 1 }
            apply(acts[start..<end], at: acts[start].position, to: &suspicions, &flags)
            start = end
        }
        return flags
    }

    /// The acts of one log entry.
    private func apply(
        _ acts: ArraySlice<FlagBatch.Act>, at position: LogPosition, to suspicions: inout [Subject: Suspicion],
        _ flags: inout [Flag]
    ) {
        var evidence: [Subject: [Suspicion.Evidence]] = [:]
        var flagged: [Subject] = []
        for act in acts {
            switch act {
            case .unblock(let subject, _, let at):
                guard suspicions[subject, default: Suspicion()].lastEntry < position else { continue }
                suspicions[subject, default: Suspicion()].lastEntry = position
                suspicions[subject, default: Suspicion()].reset(at: at)
            case .flag(let flag):
                guard let each = self.evidence(of: flag) else { continue }
                if evidence[flag.subject] == nil { flagged.append(flag.subject) }
                evidence[flag.subject, default: []].append(each)
            }
        }
        for subject in flagged {
            var suspicion = suspicions.removeValue(forKey: subject) ?? Suspicion()
            let all = evidence[subject] ?? []
            if suspicion.lastEntry < position {
                suspicion.lastEntry = position
                suspicion.add(all, decay: decay)
            }
            if let at = all.map(\.at).max() {
                flags += metRules(suspicion, of: subject, at: at, position)
            }
            suspicions[subject] = suspicion
        }
    }

    private func metRules(
        _ suspicion: Suspicion, of subject: Subject, at time: Int64, _ position: LogPosition
    ) -> [Flag] {
        scoreRules.compactMap { rule, watch in
            let score = suspicion.score(at: time, halfLife: decay.halfLife, module: watch.module)
            guard score >= watch.atLeast else { return nil }
            let reasons = suspicion.reasons(at: time, halfLife: decay.halfLife, module: watch.module)
            let words = reasons.prefix(5).map { "\($0.rule) \($0.weight.hundredths)" }.joined(separator: ", ")
            let name = watch.module.map { "suspicion of \($0.rawValue)" } ?? "suspicion"
            return Flag(
                rule: rule.id, subject: subject, position: position, at: time,
                description: "\(name) of \(score.hundredths): \(words)",
                evidence: JSONWriter.bytes(
                    .object([
                        .init("score", .double(score.thousandths)), .init("at_least", .double(watch.atLeast)),
                        .init("module", watch.module.map { .string($0.rawValue) } ?? .null),
                        .init("reasons", .array(reasons.map(\.json))),
                    ])))
        }
    }

    /// What a flag says of its subject; nil if nothing.
    private func evidence(of flag: Flag) -> Suspicion.Evidence? {
        guard let rule = policy.rule(flag.rule), rule.mode == .enforce, !rule.watchesScore else { return nil }
        let severity = flag.severity ?? rule.severity
        return Suspicion.Evidence(
            rule: rule.id, module: rule.module, severity: severity, weight: rule.then.score ?? severity.suspicion,
            at: flag.at)
    }
}

extension Rule {
    /// Whether it rests on the flags of other rules.
    package var watchesScore: Bool {
        watches.contains { if case .score = $0 { true } else { false } }
    }
}
