/// How much is allowed in a window, and to whom.
///
/// Of several that apply the first of these counts: the event's kind, no account, the youngest age that fits, the base.
package struct Limit: Sendable, Equatable {
    /// For registered users, and for everybody whom nothing below fits. 0…1,000,000,000.
    package var base: Int64
    /// For events without an account.
    package var anonymous: Int64?
    /// For accounts younger than an age, the youngest first, by the `created` of the event.
    package var young: [Young]
    /// For events of a kind, whatever else.
    package var kinds: [String: Int64]

    package struct Young: Sendable, Equatable {
        package var age: Duration
        package var limit: Int64

        package init(under age: Duration, limit: Int64) {
            self.age = age
            self.limit = limit
        }
    }

    package init(_ base: Int64, anonymous: Int64? = nil, young: [Young] = [], kinds: [String: Int64] = [:]) {
        self.base = base
        self.anonymous = anonymous
        self.young = young.sorted { $0.age < $1.age }
        self.kinds = kinds
    }

    /// The largest of them all: what a subject may need to be remembered of.
    package var most: Int64 {
        ([base] + [anonymous].compactMap { $0 } + young.map(\.limit) + kinds.values).max() ?? base
    }
}

extension Limit: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) {
        self.init(value)
    }
}
