package import SentinelCore

extension Replayer {
    /// Events that a piece has at most.
    package static let maximumPiece = 200
    /// How much later than in life a block may come, in ms of the recording. The shortest block of the built-in policy is
    /// fifteen times that.
    package static let lag: Int64 = 60_000

    /// The events that may go out at once: as long as none comes of somebody who acted more than `lag` before in the same
    /// piece. For a block, and all else that the coordinator does, concerns later events of the same user or address only.
    package static func nextPiece(of events: ArraySlice<Event>) -> ArraySlice<Event> {
        var begun: [[UInt8]: Int64] = [:]
        for (index, event) in zip(events.indices, events) {
            if index - events.startIndex == maximumPiece { return events[..<index] }
            let at = event.at ?? 0
            // A user and an address of the same bytes only make the piece shorter.
            for subject in [event.user, event.ip].compactMap({ $0 }) {
                if at &- begun[subject, default: at] > lag { return events[..<index] }
                if begun[subject] == nil { begun[subject] = at }
            }
        }
        return events
    }
}
