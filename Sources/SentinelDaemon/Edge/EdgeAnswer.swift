import SentinelCore

/// What a proxy is told of a request.
package struct EdgeAnswer: Sendable, Equatable {
    package enum Action: String, Sendable {
        case allow, block, challenge, throttle
        /// A counted limit is reached.
        case limit
        /// Nobody can know at the moment, and the settings say no.
        case unknown
    }

    package var action: Action
    /// The block's short id, which support can look up; empty for none.
    package var ref = ""
    /// Whole seconds until it is worth coming back; nil for never or nobody knows.
    package var retryAfter: Int64?

    package init(_ action: Action) { self.action = action }

    /// - Parameter now: ms since 1970.
    init(_ mark: BlockMark, at now: Int64) {
        switch mark.action {
        case .block: action = .block
        case .challenge: action = .challenge
        case .throttle: action = .throttle
        }
        ref = mark.ref
        if let until = mark.until {
            let left = max(0, until - now)
            retryAfter = left / 1000 + (left % 1000 > 0 ? 1 : 0)
        }
    }
}
