/// How a client or subscriber behaves. The defaults suit a daemon next to its Redis.
package struct RedisConfiguration: Sendable {
    package var address: RedisAddress
    /// Shown by `CLIENT LIST`; no spaces. Nil for none.
    package var clientName: String?
    /// For connecting and greeting (`AUTH`, `SELECT`), together.
    package var connectTimeout: Duration = .seconds(5)
    /// From the call to the last reply of its pipeline, waiting for a connection included. A subscriber sends a sign
    /// of life this often, and expects one back before the next.
    package var requestTimeout: Duration = .seconds(5)
    /// Requests that may be under way or wait for the connection; more fail at once with `queueFull`.
    package var maxPendingRequests = 100_000
    /// Bytes of requests that may wait for the connection; when there are as many, more fail with `queueFull`.
    package var maxWaitingBytes = 64 << 20
    /// Whether requests fail at once while the last try to connect has failed, instead of waiting for the next one: for
    /// those who must answer somebody else now.
    package var failsFast = false
    /// Between tries to connect.
    package var backoff = Backoff()

    /// Called on the loop with how long each pipeline took to be answered.
    package var onReply: (@Sendable (Duration) -> Void)?

    package init(address: RedisAddress, clientName: String? = nil) {
        self.address = address
        self.clientName = clientName
    }
}
