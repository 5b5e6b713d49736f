import SentinelIO

/// What came of one try to deliver an alert.
enum DeliveryAnswer: Equatable {
    case taken
    /// Nobody is there, or nobody has time: it is tried again for as long as the log of alerts holds the alert.
    /// `wait`: how long it asked for, if it did.
    case away(String, wait: Duration?)
    /// It is there and does not want the alert: after some tries the alert goes to the dead letters.
    case refused(String)

    /// What a receiver may ask for with `Retry-After`.
    private static let longestWait = Duration.seconds(3600)

    init(_ response: HTTPClient.Response) {
        self.init(status: response.status, retryAfter: response.headers["retry-after"])
    }

    /// - Parameter retryAfter: the field of that name; only seconds are understood.
    init(status: Int, retryAfter: String?) {
        switch status {
        case 200..<300: self = .taken
        case 408, 425, 429, 502, 503, 504:
            let seconds = retryAfter.flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
            self = .away(
                "it answered \(status)", wait: seconds.map { min(.seconds(min($0, 3600)), Self.longestWait) })
        // Redirections among them: where an alert goes is for an admin to say.
        default: self = .refused("it answered \(status)")
        }
    }

    init(_ failure: HTTPClient.Failure) {
        switch failure {
        case .malformed(let message): self = .refused(message)
        default: self = .away(failure.description, wait: nil)
        }
    }
}
