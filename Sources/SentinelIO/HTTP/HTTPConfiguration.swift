/// The limits of an HTTP server. The defaults suit an API whose requests are small and whose clients are many.
package struct HTTPConfiguration: Sendable {
    /// Bytes of the request line; beyond it 414.
    package var maximumTarget = 8192
    /// Bytes of request line and header fields together; beyond it 431.
    package var maximumHead = 16_384
    /// Header fields; beyond it 431.
    package var maximumFields = 100
    /// Bytes of a body, known beforehand or not; beyond it 413.
    package var maximumBody = 1 << 20
    /// Methods that handlers get to see; others are answered with 405.
    package var methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// Open connections. While there are as many, further ones wait in the kernel's queue.
    package var maximumConnections = 2048
    /// Requests whose answer is awaited (``HTTPReply/later(_:)``); beyond it 503.
    package var maximumRequestsInFlight = 1024

    /// From the connection, or from the first byte of a further request, to the request's last byte; then 408. However
    /// the bytes are dealt out, this is all the time a slow client gets.
    package var requestDeadline = Duration.seconds(10)
    /// Between two requests on one connection; then it is closed without a word.
    package var idleTimeout = Duration.seconds(60)
    /// For the client to take a response, or what waits of a stream; then the connection is closed.
    package var responseDeadline = Duration.seconds(30)
    /// How long bytes are still thrown away after a refusal, so that the client reads it before the connection breaks.
    package var lingerTime = Duration.seconds(2)

    /// Bytes of responses that may wait before a connection's next request is looked at.
    package var responseBacklog = 64 << 10
    /// Bytes of one stream that may wait to be sent; a client that is further behind is cut off.
    package var streamBacklog = 256 << 10

    package init() {}

    var limits: HTTPRequestParser.Limits {
        HTTPRequestParser.Limits(
            target: maximumTarget, head: maximumHead, fields: maximumFields, body: maximumBody)
    }
}
