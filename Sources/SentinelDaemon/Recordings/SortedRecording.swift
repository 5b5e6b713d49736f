package import SentinelCore

/// Recordings loaded whole and put into the order of time, for those that are ordered otherwise (by user, say) and for
/// several files that belong together. Events of the same ms stay in the order in which they were read.
package struct SortedRecording: Sendable {
    /// Some 300 bytes each without their texts: 1.5 GB.
    package static let defaultMaximum = 5_000_000

    package let events: [Event]
    /// Nothing had to be moved.
    package let wasInOrder: Bool

    /// Reads all of `readers`, one after the other, from where they are.
    /// - Parameters:
    ///   - maximum: Beyond it loading ends with an error that says so, before memory does.
    ///   - progress: Called after each batch with the reader that gave it.
    package init(
        _ readers: [RecordingReader], maximum: Int = defaultMaximum, progress: (RecordingReader) -> Void = { _ in }
    ) throws(RecordingError) {
        var events: [Event] = []
        for reader in readers {
            while let batch = try reader.nextBatch() {
                guard events.count + batch.count <= maximum else {
                    throw RecordingError("more than \(maximum) events: too many to sort by time", file: reader.name)
                }
                events += batch
                progress(reader)
            }
        }
        self.init(events)
    }

    /// Puts events into the order of time.
    init(_ events: [Event]) {
        let times = events.map { $0.at ?? 0 }
        wasInOrder = zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
        if wasInOrder {
            self.events = events
        } else {
            // Positions decide between equal times, for the standard library does not promise a stable sort.
            let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
            self.events = order.map { events[$0] }
        }
    }
}
