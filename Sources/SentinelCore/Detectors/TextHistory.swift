/// What is remembered of the texts like one that an entry brings: the sightings of its kind, and its bands' kinds.
package struct TextHistory: Sendable {
    /// Of the kind that `DuplicateContent.kind` names.
    package var sightings: TextSightings
    /// One for each word of the text's `TextBands`, in their order.
    package private(set) var bands: [TextBandState]
    /// Which of `bands` changed.
    package private(set) var changedBands: [Int] = []

    package init(sightings: TextSightings = TextSightings(), bands: [TextBandState] = []) {
        self.sightings = sightings
        self.bands = bands
    }

    /// Makes the kind findable under the bands.
    mutating func noteBands(at time: Int64) {
        guard let kind = sightings.first?.hash else { return }
        for place in bands.indices {
            if bands[place].note(kind, at: time, standing: sightings.standing) { changedBands.append(place) }
        }
    }
}
