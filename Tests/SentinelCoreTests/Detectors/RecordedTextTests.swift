import Testing

@testable import SentinelCore

/// How the text detectors do on labelled recordings of spam and of people talking.
@Suite(.enabled(if: RecordedData.folder != nil, "SENTINEL_DATA names no folder with recordings"))
struct RecordedTextTests {
    private struct Count {
        var messages = 0
        var flagged = 0
        var authors: Set<[UInt8]> = []
        var flaggedAuthors: Set<[UInt8]> = []

        mutating func add(_ author: [UInt8], isFlagged: Bool) {
            messages += 1
            authors.insert(author)
            guard isFlagged else { return }
            flagged += 1
            flaggedAuthors.insert(author)
        }

        var description: String {
            "\(flagged) of \(messages) messages, \(flaggedAuthors.count) of \(authors.count) authors"
        }
    }

    /// Sends the messages of a file through both text detectors in the order of time, and counts by label.
    private func tally(_ name: String) throws -> (duplicates: [String: Count], repetitions: [String: Count]) {
        let rows = try RecordedData.rows("text/\(name).csv.gz", columns: 5)
            .compactMap { row in
                Int64(row[2].text).map { (at: $0 * 1000, author: row[1], label: row[3].text, text: row[4]) }
            }
            .sorted { $0.at < $1.at }
        var policy = Policy.standard
        policy.rules.removeAll { !["duplicate_content", "repetitive_messages"].contains($0.id) }
        var detection = Detection(policy: policy)
        var texts: [UInt64: TextSightings] = [:]
        var bands: [UInt64: TextBandState] = [:]
        var histories: [[UInt8]: ActorHistory] = [:]
        var duplicates: [String: Count] = [:]
        var repetitions: [String: Count] = [:]
        for (place, row) in rows.enumerated() {
            var logged = LogEntry.Logged(kind: "message")
            logged.user = row.author
            logged.text = row.text
            let position = LogPosition(milliseconds: 1, sequence: UInt64(place))
            let look = detection.look(at: LogEntry(position: position, at: row.at, content: .event(logged)))
            let words = look.bands?.words ?? []
            let states = words.map { bands[$0] ?? TextBandState() }
            let kind = detection.kind(of: look, among: states) { texts[$0] }
            var text = TextHistory(sightings: kind.flatMap { texts[$0] } ?? .init(), bands: states)
            var batch = FlagBatch()
            var signups = AddressSignups()
            detection.judge(
                look, history: &histories[row.author, default: ActorHistory()], text: &text, signups: &signups,
                flags: &batch)
            if let kind { texts[kind] = text.sightings }
            for place in text.changedBands { bands[words[place]] = text.bands[place] }
            let own = batch.flags.filter { $0.subject.id == row.author }.map(\.rule)
            duplicates[row.label, default: Count()].add(row.author, isFlagged: own.contains("duplicate_content"))
            repetitions[row.label, default: Count()].add(row.author, isFlagged: own.contains("repetitive_messages"))
            // Accounts that posted earlier, when a campaign forms.
            for flag in batch.flags where flag.rule == "duplicate_content" && flag.subject.type == "user" {
                duplicates[row.label, default: Count()].flaggedAuthors.insert(flag.subject.id)
            }
        }
        for label in duplicates.keys.sorted() {
            print(
                "\(name), \(label.isEmpty ? "unlabelled" : label): duplicate_content flags \(duplicates[label]?.description ?? "")"
            )
            print(
                "\(name), \(label.isEmpty ? "unlabelled" : label): repetitive_messages flags \(repetitions[label]?.description ?? "")"
            )
        }
        return (duplicates, repetitions)
    }

    @Test func `the authors of a spam wave are found and regulars not disturbed`() throws {
        let tally = try tally("irc_spam_2018")
        let spam = try #require(tally.duplicates["spam"])
        let ham = try #require(tally.duplicates["ham"])
        #expect(spam.flaggedAuthors.count * 100 >= spam.authors.count * 95)
        #expect(ham.flagged * 1_000 <= ham.messages)
        let repeated = try #require(tally.repetitions["ham"])
        #expect(repeated.flagged * 1_000 <= repeated.messages * 5)
    }

    @Test func `campaigns among comments are found`() throws {
        let tally = try tally("youtube_raw")
        // Unlabelled are also spun campaigns of which no text is posted by three.
        let plain = try #require(tally.duplicates[""])
        #expect(plain.flagged * 1_000 <= plain.messages * 30)
        let campaign = try #require(tally.duplicates["dup3authors"])
        #expect(campaign.flagged * 100 >= campaign.messages * 60)
        let repeater = try #require(tally.repetitions["dup1author"])
        #expect(repeater.flagged * 100 >= repeater.messages * 20)
    }

    @Test func `disguises do not hide a text`() throws {
        let rows = try RecordedData.rows("text/obfuscated_synthetic.csv.gz", columns: 6)
        var normalizer = TextNormalizer()
        var plain: [[UInt8]: (fingerprint: Fingerprint, bands: TextBands)] = [:]
        for row in rows where row[3].text == "base" { plain[row[5]] = normalizer.prints(of: row[4]) }
        var counts: [String: (all: Int, same: Int, found: Int)] = [:]
        for row in rows where row[3].text != "base" {
            guard let base = plain[row[5]], let disguised = normalizer.prints(of: row[4]) else { continue }
            counts[row[3].text, default: (0, 0, 0)].all += 1
            if base.fingerprint.hash == disguised.fingerprint.hash { counts[row[3].text]?.same += 1 }
            if base.fingerprint.hash == disguised.fingerprint.hash
                || base.fingerprint.similarity(to: disguised.fingerprint) >= 0.4
                    && disguised.bands.words.contains(where: base.bands.words.contains)
            {
                counts[row[3].text]?.found += 1
            }
        }
        for (disguise, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("\(disguise): of \(count.all) texts \(count.same) have the fingerprint, \(count.found) are found")
            #expect(count.found * 100 >= count.all * 93, "\(disguise)")
        }
        for disguise in ["case", "digits", "emoji_pad", "fullwidth", "homoglyph", "punct", "spaced", "zero_width"] {
            #expect(counts[disguise].map { $0.same == $0.all } == true, "\(disguise)")
        }
    }
}
