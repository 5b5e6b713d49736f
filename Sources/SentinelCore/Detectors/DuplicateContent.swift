/// The same text by different users within a day: a campaign run through several accounts.
///
/// The same text is the same `Fingerprint.hash`. Only the present author is flagged: whoever posted the text first may be
/// an innocent who is being copied.
package struct DuplicateContent: Sendable {
    package static let rule = "duplicate_content"

    package struct Parameters: Sendable, Equatable {
        /// How many different users must have posted the text, the present one included.
        package var accounts = 2
        /// How long a sighting counts, in ms.
        package var window: Int64 = 24 * 3_600_000
        /// Texts with fewer letters are not compared: common phrases are everybody's.
        package var minimumLetters = 20

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges one post; whether `sightings` holds it already makes no difference.
    package func finding(
        fingerprint: Fingerprint, by user: [UInt8], at time: Int64, in sightings: TextSightings
    ) -> Finding? {
        guard Int(fingerprint.letters) >= parameters.minimumLetters else { return nil }
        let others = sightings.others(than: user, at: time, window: parameters.window)
        guard !others.isEmpty, others.count + 1 >= parameters.accounts else { return nil }
        let hours = parameters.window / 3_600_000
        return Finding(
            rule: Self.rule,
            description: others.count == 1
                ? "posted a text that another user has posted within \(hours) h"
                : "posted a text that \(others.count) other users have posted within \(hours) h",
            evidence: .object([
                .init("other_accounts", .int(Int64(others.count))),
                .init("accounts_named", .array(others.compactMap(\.id).map { .string(PercentEncoding.encode($0)) })),
                .init("sightings", .int(Int64(clamping: sightings.count))),
                .init("fingerprint", .string(String(fingerprint.hash, radix: 16))),
                .init("letters", .int(Int64(fingerprint.letters))),
            ])
        )
    }
}
