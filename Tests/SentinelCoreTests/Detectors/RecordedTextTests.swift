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
        var normalizer = TextNormalizer()
        var texts = RecentTexts()
        var sightings: [UInt64: TextSightings] = [:]
        var histories: [[UInt8]: PostHistory] = [:]
        var duplicates: [String: Count] = [:]
        var repetitions: [String: Count] = [:]
        for row in rows {
            let fingerprint = normalizer.fingerprint(of: row.text)
            var isDuplicate = false
            if let fingerprint {
                let kind = texts.kind(of: fingerprint, at: row.at)
                let seen = sightings[kind.hash] ?? TextSightings()
                isDuplicate =
                    DuplicateContent().finding(fingerprint: fingerprint, by: row.author, at: row.at, in: seen) != nil
                sightings[kind.hash, default: TextSightings()].add(row.author, at: row.at)
            }
            histories[row.author, default: PostHistory()].append(at: row.at, fingerprint: fingerprint)
            let isRepetition = Repetition().finding(at: row.at, in: histories[row.author] ?? PostHistory()) != nil
            duplicates[row.label, default: Count()].add(row.author, isFlagged: isDuplicate)
            repetitions[row.label, default: Count()].add(row.author, isFlagged: isRepetition)
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

    @Test func `most authors of a spam wave are found and regulars hardly disturbed`() throws {
        let tally = try tally("irc_spam_2018")
        let spam = try #require(tally.duplicates["spam"])
        let ham = try #require(tally.duplicates["ham"])
        #expect(spam.flaggedAuthors.count * 100 >= spam.authors.count * 80)
        #expect(spam.flagged * 100 >= spam.messages * 55)
        #expect(ham.flagged * 1_000 <= ham.messages * 4)
        // Most of these talk to an evaluating bot, trying one line after another.
        let repeated = try #require(tally.repetitions["ham"])
        #expect(repeated.flagged * 100 <= repeated.messages)
    }

    @Test func `comments without a duplicate are hardly ever flagged`() throws {
        let tally = try tally("youtube_raw")
        let plain = try #require(tally.duplicates[""])
        #expect(plain.flagged * 1_000 <= plain.messages * 3)
        let campaign = try #require(tally.duplicates["dup3authors"])
        #expect(campaign.flagged * 100 >= campaign.messages * 20)
        let repeater = try #require(tally.repetitions["dup1author"])
        #expect(repeater.flagged * 100 >= repeater.messages * 20)
    }

    @Test func `disguises that keep the letters keep the fingerprint`() throws {
        let rows = try RecordedData.rows("text/obfuscated_synthetic.csv.gz", columns: 6)
        var normalizer = TextNormalizer()
        var plain: [[UInt8]: Fingerprint] = [:]
        for row in rows where row[3].text == "base" { plain[row[5]] = normalizer.fingerprint(of: row[4]) }
        var counts: [String: (all: Int, same: Int, similar: Int)] = [:]
        for row in rows where row[3].text != "base" {
            guard let base = plain[row[5]], let disguised = normalizer.fingerprint(of: row[4]) else { continue }
            counts[row[3].text, default: (0, 0, 0)].all += 1
            if base.hash == disguised.hash { counts[row[3].text]?.same += 1 }
            if base.simHash.similarity(to: disguised.simHash) >= 0.9 { counts[row[3].text]?.similar += 1 }
        }
        for (disguise, count) in counts.sorted(by: { $0.key < $1.key }) {
            print(
                "\(disguise): of \(count.all) texts \(count.same) have the fingerprint, \(count.similar) a similarity of 0.9"
            )
        }
        for disguise in ["case", "digits", "emoji_pad", "fullwidth", "homoglyph", "punct", "spaced", "zero_width"] {
            #expect(counts[disguise].map { $0.same == $0.all } == true, "\(disguise)")
        }
        for disguise in ["name_prefix", "random_suffix"] {
            #expect(counts[disguise].map { $0.similar * 100 >= $0.all * 85 } == true, "\(disguise)")
        }
    }
}
