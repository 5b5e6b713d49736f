/// How many messages an actor sent on each of its last days, and how many of them were refused.
///
/// Bounded: the last `capacity` UTC days with any message; 5 to 40 bytes encoded, 120 at most.
package struct ActivityTally: Sendable, Equatable {
    package struct Day: Sendable, Equatable {
        /// Days since 1970.
        package var number: Int64
        package var messages: UInt32
        package var refused: UInt32

        package init(number: Int64, messages: UInt32, refused: UInt32) {
            self.number = number
            self.messages = messages
            self.refused = refused
        }
    }

    /// How many days are kept.
    package static let capacity = 7
    private static let dayLength: Int64 = 86_400_000

    /// Earliest first.
    package private(set) var days: [Day] = []

    package init() {}

    /// Takes in a message. One that comes late is put where its time says, unless that day is forgotten.
    package mutating func add(at time: Int64, isRefused: Bool) {
        let number = Self.day(of: time)
        var place = days.count
        while place > 0, days[place - 1].number > number { place -= 1 }
        if place == 0 || days[place - 1].number != number {
            if days.count == Self.capacity {
                if place == 0 { return }
                days.removeFirst()
                place -= 1
            }
            days.insert(Day(number: number, messages: 0, refused: 0), at: place)
            place += 1
        }
        if days[place - 1].messages == .max { return }
        days[place - 1].messages += 1
        if isRefused { days[place - 1].refused += 1 }
    }

    /// What the days say that are not more than `capacity` days ago, today included.
    package func totals(at time: Int64) -> Totals {
        let today = Self.day(of: time)
        let recent = days.filter { today - $0.number < Int64(Self.capacity) }
        let first = recent.first?.number ?? today
        return Totals(
            messages: recent.reduce(0) { $0 + Int64($1.messages) },
            refused: recent.reduce(0) { $0 + Int64($1.refused) },
            days: max(1, today - first + 1)
        )
    }

    /// Messages of the last days, the refused ones included.
    package struct Totals: Sendable, Equatable {
        package var messages: Int64
        package var refused: Int64
        /// From the first day with a message to today; 1…`capacity`.
        package var days: Int64

        package init(messages: Int64, refused: Int64, days: Int64) {
            self.messages = messages
            self.refused = refused
            self.days = days
        }

        package var perDay: Double { Double(messages) / Double(days) }
        /// 0…1.
        package var refusedShare: Double { messages == 0 ? 0 : Double(refused) / Double(messages) }
    }

    private static func day(of time: Int64) -> Int64 {
        time / dayLength - (time % dayLength < 0 ? 1 : 0)
    }
}

// MARK: - Stored form

extension ActivityTally {
    /// Within another state: the days, each relative to the one before, with messages and refused ones.
    func write(to writer: inout StateWriter) {
        writer.varint(UInt64(days.count))
        var before: Int64 = 0
        for day in days {
            writer.signed(day.number - before)
            before = day.number
            writer.varint(UInt64(day.messages))
            writer.varint(UInt64(day.refused))
        }
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let limit = Int64.max / Self.dayLength
        for _ in 0..<(try reader.count(atMost: Self.capacity)) {
            let number = (days.last?.number ?? 0) &+ (try reader.signed())
            guard -limit - 1...limit ~= number, number > days.last?.number ?? .min else {
                throw .malformed("the day \(number) out of order")
            }
            let messages = UInt32(try reader.count(atMost: Int(UInt32.max)))
            let refused = UInt32(try reader.count(atMost: Int(messages)))
            days.append(Day(number: number, messages: messages, refused: refused))
        }
    }
}
