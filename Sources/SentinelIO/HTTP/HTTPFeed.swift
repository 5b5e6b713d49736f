/// The response to one request, read piece by piece as it comes: for bodies that go on, such as server-sent events.
///
/// What nobody has read yet waits here up to a bound; beyond it the server waits. Unchecked: touched on the loop's thread
/// only, after `init`.
package final class HTTPFeed: SocketStreamDelegate, @unchecked Sendable {
    package typealias Part = HTTPClient.Response
    private typealias Outcome = Result<Part?, HTTPClient.Failure>

    private static let mostWaiting = 1 << 20

    private let loop: EventLoop
    private let bytes: [UInt8]
    private let endpoint: Endpoint
    private let security: TransportSecurity
    private let silence: Duration
    private var parser = HTTPResponseParser(maximumBody: mostWaiting, isHead: false)
    private var stream: SocketStream?
    private var timer: LoopTimer?
    private var hasBegun = false
    private var wasOpen = false
    private var waiting: Part?
    private var end: Outcome?
    private var reader: CheckedContinuation<Outcome, Never>?

    /// Sends nothing yet.
    /// - Parameter silence: a server that says nothing for so long is taken as gone.
    package init(
        _ request: HTTPClient.Request, to endpoint: Endpoint, security: TransportSecurity = .none, silence: Duration,
        on loop: EventLoop
    ) {
        bytes = HTTPClient.bytes(of: request, host: HTTPClient.host(of: endpoint))
        self.endpoint = endpoint
        self.security = security
        self.silence = silence
        self.loop = loop
    }

    /// What came of the body since the last call, with status and header; the first may be empty. Nil at the end of the
    /// body. One reader at a time.
    package func next() async throws(HTTPClient.Failure) -> Part? {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { self.read(continuation) }
            }
        } onCancel: {
            loop.execute { self.finish(.failure(.cancelled)) }
        }
        return try outcome.get()
    }

    /// Nothing more is wanted.
    package func close() {
        loop.execute { self.finish(.failure(.cancelled)) }
    }

    private func read(_ continuation: CheckedContinuation<Outcome, Never>) {
        precondition(reader == nil, "one reader at a time")
        if !hasBegun { begin() }
        if let part = waiting.take() {
            stream?.setReading(true)
            continuation.resume(returning: .success(part))
        } else if let end {
            continuation.resume(returning: end)
        } else {
            reader = continuation
        }
    }

    private func begin() {
        hasBegun = true
        // Cancelled before it began.
        if end != nil { return }
        let timer = LoopTimer(on: loop) { [weak self] in
            guard let self else { return }
            finish(.failure(.timeout("\(endpoint) said nothing for \(silence)")))
        }
        self.timer = timer
        timer.start(after: silence)
        do throws(IOError) {
            stream = try SocketStream(connectingTo: endpoint, security: security, on: loop, delegate: self)
        } catch {
            finish(.failure(.notConnected(error)))
        }
    }

    private func finish(_ outcome: Outcome) {
        if end == nil { end = outcome }
        timer?.cancel()
        timer = nil
        stream?.close()
        stream = nil
        reader.take()?.resume(returning: end ?? outcome)
    }

    private func add(_ part: Part) {
        if let reader = reader.take() { return reader.resume(returning: .success(part)) }
        let before = waiting?.body ?? []
        waiting = part
        waiting?.body = before + part.body
        if waiting?.body.count ?? 0 > Self.mostWaiting { stream?.setReading(false) }
    }

    package func streamDidOpen(_ stream: SocketStream) {
        wasOpen = true
        do throws(IOError) {
            try stream.write(bytes)
        } catch {
            finish(.failure(.broken(error)))
        }
    }

    package func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
        timer?.start(after: silence)
        do throws(HTTPResponseParser.Malformed) {
            let isComplete = try parser.read(bytes) != nil
            if let part = parser.takePart() { add(part) }
            if isComplete { finish(.success(nil)) }
        } catch {
            finish(.failure(.malformed("\(endpoint) answered with something else than HTTP: \(error.message)")))
        }
    }

    package func stream(_ stream: SocketStream, didCloseWith error: IOError) {
        if parser.end() != nil { return finish(.success(nil)) }
        finish(.failure(wasOpen ? .broken(error) : .notConnected(error)))
    }
}
