/// Reads server-sent events out of a body as it comes. Pure: no socket, no clock.
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>
package struct ServerSentEvents {
    package struct Event: Sendable, Equatable {
        /// Nil where the event says none: the one before counts on.
        package var id: String?
        package var name = "message"
        /// Nil of an event that only tells an id.
        package var data: [UInt8]?
    }

    /// An event of more than allowed.
    package struct TooLong: Error {}

    /// Bytes of a line, and of all data lines of an event together.
    private static let longest = 1 << 20

    private var line: [UInt8] = []
    private var wasReturn = false
    private var event = Event()

    package init() {}

    /// The events that these bytes complete.
    package mutating func read(_ bytes: [UInt8]) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            let isReturn = byte == UInt8(ascii: "\r")
            let isFeed = byte == UInt8(ascii: "\n")
            defer { wasReturn = isReturn }
            // Of a carriage return and a line feed the first has ended the line.
            if isFeed, wasReturn { continue }
            guard isReturn || isFeed else {
                guard line.count < Self.longest else { throw TooLong() }
                line.append(byte)
                continue
            }
            if line.isEmpty {
                if event.data != nil || event.id != nil { events.append(event) }
                event = Event()
            } else {
                try take(line[...])
                line.removeAll(keepingCapacity: true)
            }
        }
        return events
    }

    /// `name: value`; without a name it is a comment.
    private mutating func take(_ line: ArraySlice<UInt8>) throws(TooLong) {
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        var value = line.dropFirst(name.count + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: name, as: UTF8.self) {
        case "id" where !value.contains(0): event.id = String(decoding: value, as: UTF8.self)
        case "event": event.name = String(decoding: value, as: UTF8.self)
        case "data":
            guard (event.data?.count ?? -1) + 1 + value.count <= Self.longest else { throw TooLong() }
            if event.data == nil { event.data = [] } else { event.data?.append(UInt8(ascii: "\n")) }
            event.data?.append(contentsOf: value)
        default: break
        }
    }
}
