/// The same text by different users within a day, and campaigns: variants of one text by several accounts over weeks.
///
/// A text belongs to the kind of the most similar first text that is still remembered, or begins a kind of its own (`kind`).
/// - **Copies.** Who posts what another has posted within the window, literally or hardly changed, is flagged; only he, for
///   whoever was first may be an innocent who is being copied.
/// - **Campaigns.** A kind that enough newcomers have posted in any variant is a campaign. It has an incident of its own, which
///   grows, and from then on every newcomer who posts it is flagged; so are, once, those before.
///
/// People quote one another, name the same page and try out one another's lines of code. What tells them from accounts that
/// are run for a campaign is that they also say other things: a *regular*, who has posted enough texts that nobody else
/// had, counts towards a campaign only when many do, and is flagged only when a campaign stands and he posts it again.
/// Measured on recorded chat that takes away all but one in a dozen of the false flags and costs no account of the wave.
package struct DuplicateContent: Sendable {
    package static let rule = "duplicate_content"

    /// How long kinds of text are remembered after they were last seen, in ms.
    package struct Memory: Sendable, Equatable {
        /// Those that one user has posted.
        package var single: Int64 = 14 * 86_400_000
        /// Those that several users have posted. An author counts towards a campaign as long.
        package var shared: Int64 = 60 * 86_400_000

        package init() {}
    }

    package struct Parameters: Sendable, Equatable {
        /// How many different users must have posted a text, the present one included, for the present one to be flagged.
        package var accounts = 2
        /// From which similarity on a text counts as a copy, 0…1: the Jaccard similarity of `TextSketch.similarity`.
        package var similarity = 0.95
        /// How long a copy counts, in ms.
        package var window: Int64 = 24 * 3_600_000
        /// Texts with fewer letters are not compared: common phrases are everybody's.
        package var minimumLetters = 20
        /// How many newcomers make a campaign; of regulars thrice as many, who have posted copies.
        package var campaignAccounts = 3
        /// From which similarity on a text is a variant of another, 0…1.
        package var campaignSimilarity = 0.4
        /// After how many texts of his own a user is a regular, see `PostHistory.isRegular`.
        package var regularAfter: UInt64 = PostHistory.defaultRegularAfter
        package var memory = Memory()

        package init() {}
    }

    /// Whom a finding is about.
    package enum Party: Sendable, Equatable {
        /// Who has posted the text.
        case author
        /// Who has posted it before, by the id that the sighting had.
        case account([UInt8])
        /// The campaign, by the hash of its first text.
        case campaign(UInt64)
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    // MARK: Finding the kind

    /// The kind that a text belongs to, by the hash of its first text: the text's own if it is known, else that of the most
    /// similar one found under the text's bands, else the text's own again, which then begins a kind.
    package func kind(
        of text: Fingerprint, at time: Int64, among bands: [TextBandState], sightings: (UInt64) -> TextSightings?
    ) -> UInt64 {
        if isKnown(text, at: time, in: sightings(text.hash)) { return text.hash }
        var best: (hash: UInt64, similarity: Double)?
        for hash in Self.candidates(for: text, in: bands) {
            guard let kind = sightings(hash), let first = kind.first, kind.isAlive(at: time, parameters.memory) else {
                continue
            }
            let similarity = text.similarity(to: first)
            guard similarity >= parameters.campaignSimilarity, similarity > best?.similarity ?? -1 else { continue }
            best = (hash, similarity)
        }
        return best?.hash ?? text.hash
    }

    /// Whether a text needs no search because it is the first of a kind itself. Once true, it stays so until the kind is
    /// forgotten.
    package func isKnown(_ text: Fingerprint, at time: Int64, in sightings: TextSightings?) -> Bool {
        sightings?.isAlive(at: time, parameters.memory) ?? false
    }

    /// The kinds found under the bands, each once: whose sightings `kind` may ask for.
    package static func candidates(for text: Fingerprint, in bands: [TextBandState]) -> [UInt64] {
        var candidates: [UInt64] = []
        for band in bands {
            for kind in band.kinds where kind.hash != text.hash && !candidates.contains(kind.hash) {
                candidates.append(kind.hash)
            }
        }
        return candidates
    }

    // MARK: Taking in

    /// Takes in one post to the sightings of its kind, unless that was done before.
    ///
    /// - Returns: whether the author is alone with texts of this kind.
    package func note(
        _ text: Fingerprint, by user: [UInt8], isRegular: Bool, at time: Int64, position: LogPosition,
        in sightings: inout TextSightings
    ) -> Bool {
        if sightings.lastEntry < position {
            sightings.lastEntry = position
            if !sightings.isAlive(at: time, parameters.memory) { sightings.begin(with: text) }
            sightings.add(
                .init(author: user, at: time, isClose: isClose(text, in: sightings), isNewcomer: !isRegular),
                window: parameters.memory.shared)
            if isCampaign(sightings) { sightings.form(at: position) }
        }
        return sightings.authors.count < 2
    }

    private func isClose(_ text: Fingerprint, in sightings: TextSightings) -> Bool {
        guard let first = sightings.first else { return false }
        return text.similarity(to: first) >= parameters.similarity
    }

    private func isCampaign(_ sightings: TextSightings) -> Bool {
        sightings.authors.count(where: \.isNewcomer) >= parameters.campaignAccounts
            || sightings.authors.count { $0.lastClose != nil } >= 3 * parameters.campaignAccounts
    }

    // MARK: Judging

    /// Judges one post that was taken in, at the log position it has. The same again gives the same again.
    package func findings(
        _ text: Fingerprint, by user: [UInt8], at time: Int64, position: LogPosition, in sightings: TextSightings
    ) -> [(party: Party, finding: Finding)] {
        guard let author = sightings.author(user), let first = sightings.first else { return [] }
        let inCampaign = sightings.formed != nil && (author.isNewcomer || author.posts > 1)
        let others = sightings.others(than: user, at: time, window: parameters.window)
        let isCopy =
            author.isNewcomer && isClose(text, in: sightings) && !others.isEmpty
            && others.count + 1 >= parameters.accounts
        guard inCampaign || isCopy else { return [] }

        func finding(others: [TextSightings.Author], _ words: @escaping @Sendable () -> String) -> Finding {
            Finding(rule: Self.rule) {
                let evidence = JSONValue.object([
                    .init("other_accounts", .int(Int64(others.count))),
                    .init(
                        "accounts_named", .array(others.compactMap(\.id).map { .string(PercentEncoding.encode($0)) })),
                    .init("sightings", .int(Int64(clamping: sightings.count))),
                    .init("similarity", .double((text.similarity(to: first) * 100).rounded() / 100)),
                    .init("campaign", sightings.formed == nil ? .null : .string(String(first.hash, radix: 16))),
                    .init("fingerprint", .string(String(text.hash, radix: 16))),
                    .init("letters", .int(Int64(text.letters))),
                ])
                return (words(), evidence)
            }
        }

        guard inCampaign else {
            let hours = parameters.window / 3_600_000
            return [
                (
                    .author,
                    finding(others: others) {
                        others.count == 1
                            ? "posted a text that another user has posted within \(hours) h"
                            : "posted a text that \(others.count) other users have posted within \(hours) h"
                    }
                )
            ]
        }
        let all = sightings.authors.filter { $0.hash != author.hash }
        @Sendable func words() -> String { "a text that \(all.count) other users have posted in variants" }
        var findings: [(party: Party, finding: Finding)] = [
            (.author, finding(others: all) { "posted \(words())" }),
            (
                .campaign(first.hash),
                finding(others: all) {
                    "\(sightings.authors.count) users post variants of one text, \(sightings.count) times so far"
                }
            ),
        ]
        if sightings.formed == position {
            for account in all where account.isNewcomer {
                guard let id = account.id else { continue }
                findings.append((.account(id), finding(others: all) { "posted earlier \(words())" }))
            }
        }
        return findings
    }
}
