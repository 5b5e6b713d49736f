import SentinelCore

/// Campaigns, copies and repetition in recorded texts, and disguises against the texts they were made of.
///
/// Looks at `text/`: files with authors and times are run through the detectors in the order of time; those with a column
/// `base_id` hold texts labelled `base`, and variants of them labelled by kind.
enum TextSection: Section {
    static let name = "text"

    /// Labels of abuse; all others are honest people, or people of whom nobody knows.
    private static let abusive: Set<String> = ["spam", "dup3authors"]

    /// Labels of texts that have nothing to do with one another, but for quotes and common phrases.
    private static let strangers: Set<String> = ["base", "benign", "ham"]

    static func tables(of data: DataFolder) throws -> [Table] {
        var waves = Table(
            "Copied texts and campaigns",
            columns: [
                "file, label", "lines", "flagged", "base rule", "accounts", "flagged", "base rule", "share a text by 3",
                "in an incident", "base rule",
            ])
        waves.notes = [
            "Base rule: the normalised text that another author has posted within 24 h.",
            "In an incident, of the accounts with a text that three or more accounts have posted in the file: flagged at any time.",
        ]
        var repeats = Table(
            "Repetition", columns: ["file, label", "lines", "flagged", "accounts", "flagged", "flagged in 1,000"])
        var disguises = Table(
            "Disguises", columns: ["file, kind", "pairs", "matched", "base rule (equal)", "mean similarity"])
        var unrelated = Table("Unrelated texts", columns: ["file", "pairs", "matched"])
        unrelated.notes = [
            "Pairs of base or honest texts by different authors (where known), equal ones counted once; near-copies are among them."
        ]
        for file in data.files(in: "text") {
            let rows = try data.rows(of: file)
            guard let text = rows.place(of: "text"), let label = rows.place(of: "label") else { continue }
            let name = String(file.dropFirst("text/".count).prefix { $0 != "." })
            if let base = rows.place(of: "base_id") {
                disguises.rows += matches(rows.rows, name, text: text, label: label, base: base)
            }
            let author = rows.place(of: "author")
            let strange = rows.rows.filter { strangers.contains(String(decoding: $0[label], as: UTF8.self)) }
            if strange.count > 50 {
                let texts = strange.map { row in (text: row[text], author: author.map { row[$0] } ?? []) }
                unrelated.rows.append(matches(among: texts, name))
            }
            guard let author, let time = rows.place(of: "unix_time") else { continue }
            let lines = rows.rows.compactMap { row in
                Line(at: row[time], author: row[author], label: row[label], text: row[text])
            }
            guard lines.count > 100 else { continue }
            let run = Run(lines.sorted { $0.at < $1.at })
            waves.rows += run.waves(name, abusive: abusive)
            repeats.rows += run.repeats(name)
        }
        return [waves, repeats, disguises, unrelated].filter { !$0.rows.isEmpty }
    }

    private struct Line {
        var at: Int64
        var author: [UInt8]
        var label: String
        var text: [UInt8]

        init?(at: [UInt8], author: [UInt8], label: [UInt8], text: [UInt8]) {
            guard let seconds = Double(String(decoding: at, as: UTF8.self)), seconds > 0, seconds < 1e11,
                !author.isEmpty
            else { return nil }
            self.at = Int64(seconds * 1000)
            self.author = author
            self.label = String(decoding: label, as: UTF8.self)
            self.text = text
        }

        func entry(_ number: Int) -> LogEntry {
            var logged = LogEntry.Logged(kind: "message")
            logged.user = author
            logged.text = text
            let position = LogPosition(milliseconds: 1, sequence: UInt64(number))
            return LogEntry(position: position, at: at, content: .event(logged))
        }
    }

    // MARK: Recordings

    /// What the detectors say of a recording.
    private struct Run {
        var lines: [Line]
        var copied: [Bool] = []
        var repeated: [Bool] = []
        var baseRule: [Bool] = []
        /// Accounts that an incident names, also later than they posted.
        var accused: Set<[UInt8]> = []
        /// Those with a text that three or more have posted.
        var sharing: Set<[UInt8]> = []

        init(_ lines: [Line]) {
            self.lines = lines
            var desk = Desk(policy: .standard { [DuplicateContent.rule, Repetition.rule].contains($0.id) })
            let flags = zip(1..., lines).map { number, line in
                var batch = FlagBatch()
                desk.judge(desk.look(at: line.entry(number)), flags: &batch)
                return batch.flags
            }
            var normalizer = TextNormalizer()
            var sightings: [UInt64: [[UInt8]: Int64]] = [:]
            var hashes: [UInt64?] = []
            for (line, flags) in zip(lines, flags) {
                let own = flags.filter { $0.subject.id == line.author }
                copied.append(own.contains { $0.rule == DuplicateContent.rule })
                repeated.append(own.contains { $0.rule == Repetition.rule })
                for flag in flags where flag.rule == DuplicateContent.rule { accused.insert(flag.subject.id) }
                let fingerprint = normalizer.fingerprint(of: line.text)
                hashes.append(fingerprint?.hash)
                guard let fingerprint else {
                    baseRule.append(false)
                    continue
                }
                let others = sightings[fingerprint.hash, default: [:]].contains {
                    $0.key != line.author && line.at - $0.value < 86_400_000
                }
                baseRule.append(fingerprint.letters >= 20 && others)
                sightings[fingerprint.hash, default: [:]][line.author] = line.at
            }
            for (line, hash) in zip(lines, hashes) {
                if let hash, let authors = sightings[hash], authors.count >= 3 { sharing.insert(line.author) }
            }
        }

        private var labels: [String] { Set(lines.map(\.label)).sorted() }

        func waves(_ file: String, abusive: Set<String>) -> [[Table.Cell]] {
            labels.map { label in
                let places = lines.indices.filter { lines[$0].label == label }
                let accounts = Set(places.map { lines[$0].author })
                let byBase = Set(places.filter { baseRule[$0] }.map { lines[$0].author })
                let sharing = accounts.intersection(sharing)
                let isWave = abusive.contains(label) && !sharing.isEmpty
                let share = { (count: Int, of: Int) in of == 0 ? nil : Double(count) / Double(of) }
                return [
                    .text("\(file), \(label.isEmpty ? "unlabelled" : label)"), .count(places.count),
                    .share(share(places.count { copied[$0] }, places.count)),
                    .share(share(places.count { baseRule[$0] }, places.count)),
                    .count(accounts.count), .count(accounts.intersection(accused).count), .count(byBase.count),
                    .count(sharing.count),
                    .share(isWave ? share(sharing.intersection(accused).count, sharing.count) : nil),
                    .share(isWave ? share(sharing.intersection(byBase).count, sharing.count) : nil),
                ]
            }
        }

        func repeats(_ file: String) -> [[Table.Cell]] {
            labels.map { label in
                let places = lines.indices.filter { lines[$0].label == label }
                let accounts = Set(places.map { lines[$0].author })
                let flagged = Set(places.filter { repeated[$0] }.map { lines[$0].author })
                return [
                    .text("\(file), \(label.isEmpty ? "unlabelled" : label)"), .count(places.count),
                    .count(places.count { repeated[$0] }), .count(accounts.count), .count(flagged.count),
                    .number(1000 * Double(flagged.count) / Double(max(1, accounts.count)), ""),
                ]
            }
        }
    }

    // MARK: Pairs

    /// Whether the second text is found to be a variant of the first by its bands and its sketch, or equal.
    private static func isMatch(_ one: Prints, _ other: Prints) -> Bool {
        one.fingerprint.hash == other.fingerprint.hash
            || one.fingerprint.similarity(to: other.fingerprint) >= DuplicateContent.Parameters().campaignSimilarity
                && other.bands.words.contains(where: one.bands.words.contains)
    }

    private typealias Prints = (fingerprint: Fingerprint, bands: TextBands)

    private static func matches(_ rows: [[[UInt8]]], _ file: String, text: Int, label: Int, base: Int) -> [[Table.Cell]]
    {
        var normalizer = TextNormalizer()
        var bases: [[UInt8]: Prints] = [:]
        for row in rows where row[label] == Array("base".utf8) { bases[row[base]] = normalizer.prints(of: row[text]) }
        var kinds: [String: (pairs: Int, matched: Int, equal: Int, similarity: Double)] = [:]
        for row in rows where row[label] != Array("base".utf8) {
            guard let original = bases[row[base]], original.fingerprint.letters >= 20 else { continue }
            var kind = kinds[String(decoding: row[label], as: UTF8.self)] ?? (0, 0, 0, 0)
            kind.pairs += 1
            if let variant = normalizer.prints(of: row[text]) {
                if isMatch(original, variant) { kind.matched += 1 }
                if original.fingerprint.hash == variant.fingerprint.hash { kind.equal += 1 }
                kind.similarity += original.fingerprint.similarity(to: variant.fingerprint)
            }
            kinds[String(decoding: row[label], as: UTF8.self)] = kind
        }
        return kinds.sorted { $0.key < $1.key }.map { name, kind in
            let pairs = Double(kind.pairs)
            return [
                .text("\(file), \(name)"), .count(kind.pairs), .share(Double(kind.matched) / pairs),
                .share(Double(kind.equal) / pairs), .number(kind.similarity / pairs, ""),
            ]
        }
    }

    private static func matches(among texts: [(text: [UInt8], author: [UInt8])], _ file: String) -> [Table.Cell] {
        var normalizer = TextNormalizer()
        var seen: Set<UInt64> = []
        var prints: [(prints: Prints, author: [UInt8])] = []
        // Every n-th, so that the pairs stay within a few millions.
        for place in stride(from: 0, to: texts.count, by: max(1, texts.count / 2000)) {
            guard let print = normalizer.prints(of: texts[place].text, minimumLetters: 20),
                seen.insert(print.fingerprint.hash).inserted
            else { continue }
            prints.append((print, texts[place].author))
        }
        var pairs = 0
        var matched = 0
        for (place, one) in prints.enumerated() {
            for other in prints[..<place] where one.author.isEmpty || one.author != other.author {
                pairs += 1
                if isMatch(one.prints, other.prints) { matched += 1 }
            }
        }
        return [.text(file), .count(pairs), .share(pairs == 0 ? nil : Double(matched) / Double(pairs))]
    }
}
