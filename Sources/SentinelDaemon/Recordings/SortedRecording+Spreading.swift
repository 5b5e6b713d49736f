import SentinelCore

extension SortedRecording {
    /// The same events at times as fine as in life, for a recording whose clock only ticks every so often.
    ///
    /// In a chat log of whole minutes somebody who talks for ten minutes seems to talk like clockwork. So each event gets
    /// an instant of its tick by chance, the same at each call; those of one tick keep their order.
    /// - Parameter tick: ms.
    package func spread(over tick: Int64) -> SortedRecording {
        guard tick > 1 else { return self }
        var generator = SeededGenerator(seed: 0)
        var events = events
        var start = 0
        while start < events.count {
            let at = events[start].at
            let end = events[start...].firstIndex { $0.at != at } ?? events.count
            let offsets = (start..<end).map { _ in generator.number(in: 0...(tick - 1)) }.sorted()
            for (index, offset) in zip(start..<end, offsets) { events[index].at = at.map { $0 + offset } }
            start = end
        }
        return SortedRecording(events)
    }
}
