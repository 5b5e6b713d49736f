/// One connection of an HTTP server: reads requests one after the other, and writes what the handler answers.
///
/// Lives on the loop's thread. The service keeps it until the connection is gone.
final class HTTPConnection: SocketStreamDelegate {
    private enum Phase {
        /// Waits for a request, or for the rest of one.
        case reading
        /// The handler's answer is awaited.
        case answering
        case streaming(HTTPStream)
        /// The last response is on its way out.
        case closing
        /// Refused: the response is out, and what still comes is thrown away until the client has seen it.
        case lingering
        case closed
    }

    private static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    private static let lastChunk = Array("0\r\n\r\n".utf8)

    let id: UInt64
    private unowned let service: HTTPService
    private let stream: SocketStream
    private var parser: HTTPRequestParser
    private var phase = Phase.reading
    private var delivery = HTTPRequestParser.Delivery(takesChunks: true, keepsAlive: true)
    private var isHead = false
    /// The client may still be sending: close only after it had time to read the answer.
    private var mustLinger = false
    private var isPaused = false
    private var readDeadline: ContinuousClock.Instant?
    private var writeDeadline: ContinuousClock.Instant?
    private var hasBegun = true
    private var isProceeding = false

    init(_ stream: SocketStream, id: UInt64, of service: HTTPService) {
        self.stream = stream
        self.id = id
        self.service = service
        parser = HTTPRequestParser(limits: service.configuration.limits)
        readDeadline = .now + service.configuration.requestDeadline
        stream.setDelegate(self)
    }

    private var configuration: HTTPConfiguration { service.configuration }

    // MARK: The stream

    func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
        switch phase {
        case .reading:
            parser.append(bytes)
            proceed()
        case .answering:
            // The next request comes before the answer to this one: as much as a head is kept, then the client waits.
            parser.append(bytes)
            if parser.waiting > configuration.maximumHead { setPaused(true) }
        case .streaming(let body):
            parser.append(bytes)
            if parser.waiting > configuration.maximumHead { end(body, .clientLeft) }
        case .closing, .lingering, .closed: break
        }
    }

    func streamDidDrain(_ stream: SocketStream) {
        writeDeadline = nil
        switch phase {
        case .reading: proceed()
        case .closing where mustLinger:
            stream.shutdownWriting()
            phase = .lingering
            readDeadline = .now + configuration.lingerTime
        case .closing: close()
        case .answering, .streaming, .lingering, .closed: break
        }
    }

    func stream(_ stream: SocketStream, didCloseWith error: IOError) {
        if case .streaming(let body) = phase {
            end(body, error.code == .loopStopped ? .serverStopped : .clientLeft)
        } else {
            close()
        }
    }

    func close() {
        if case .closed = phase { return }
        phase = .closed
        stream.close()
        service.remove(self)
    }

    private func setPaused(_ isPaused: Bool) {
        guard isPaused != self.isPaused else { return }
        self.isPaused = isPaused
        stream.setReading(!isPaused)
    }

    // MARK: Requests

    /// Answers the requests that have come, as long as the client takes the answers.
    private func proceed() {
        // A response that is done at once must not begin the next request from inside this one.
        guard !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        while case .reading = phase {
            guard stream.pendingBytes <= configuration.responseBacklog else { return setPaused(true) }
            switch parser.next() {
            case .wait:
                setPaused(false)
                return awaitBytes()
            case .sendContinue: write(Self.goOn)
            case .request(let request, let delivery): answer(request, delivery)
            case .refuse(let problem):
                mustLinger = true
                delivery.keepsAlive = false
                isHead = false
                send(problem.response)
            }
        }
    }

    /// The clock runs from a request's first byte. The first request's runs already.
    private func awaitBytes() {
        guard parser.hasBegun, !hasBegun else { return }
        hasBegun = true
        readDeadline = .now + configuration.requestDeadline
    }

    private func answer(_ request: HTTPRequest, _ delivery: HTTPRequestParser.Delivery) {
        phase = .answering
        readDeadline = nil
        self.delivery = delivery
        isHead = request.method == "HEAD"
        guard configuration.methods.contains(request.method) else {
            var problem = Problem(.methodNotAllowed)
            problem.headers = [("Allow", configuration.methods.joined(separator: ", "))]
            return send(problem.response)
        }
        var request = request
        request.peer = stream.remoteHost
        reply(service.handler(request))
    }

    /// Sends what the handler answers, or sees to it that the answer comes later.
    func reply(_ reply: HTTPReply) {
        guard case .answering = phase else { return }
        switch reply {
        case .response(let response): send(response)
        case .later(let work):
            if !service.begin(work, for: id) {
                var problem = Problem(.serviceUnavailable, "too many requests are under way")
                problem.headers = [("Retry-After", "1")]
                send(problem.response)
            }
        case .stream(let response, let start): startStream(response, start)
        }
    }

    private func send(_ response: HTTPResponse) {
        if service.isDraining { delivery.keepsAlive = false }
        readDeadline = nil
        service.output.removeAll(keepingCapacity: service.output.capacity <= 1 << 16)
        response.write(
            to: &service.output, framing: isHead ? .lengthOnly : .length, connection: connectionField,
            date: service.date.field())
        phase = delivery.keepsAlive ? .reading : .closing
        write(service.output)
        requestEnded()
    }

    private var connectionField: HTTPResponse.Connection {
        if !delivery.keepsAlive { return .close }
        return delivery.takesChunks ? .usual : .keepAlive
    }

    /// The connection is ready for the next request, if there is to be one.
    private func requestEnded() {
        guard case .reading = phase else { return }
        hasBegun = parser.hasBegun
        readDeadline = .now + (hasBegun ? configuration.requestDeadline : configuration.idleTimeout)
        proceed()
    }

    private func write(_ bytes: [UInt8]) {
        do throws(IOError) {
            try stream.write(bytes)
            if writeDeadline == nil { writeDeadline = .now + configuration.responseDeadline }
        } catch {
            close()
        }
    }

    // MARK: Streams

    private func startStream(_ response: HTTPResponse, _ start: (HTTPStream) -> Void) {
        if isHead || !response.status.hasBody {
            var response = response
            response.body = []
            return send(response)
        }
        if !delivery.takesChunks || service.isDraining { delivery.keepsAlive = false }
        service.output.removeAll(keepingCapacity: true)
        response.write(
            to: &service.output, framing: delivery.takesChunks ? .chunked : .untilEnd, connection: connectionField,
            date: service.date.field())
        let body = HTTPStream(on: service.loop, connection: self)
        phase = .streaming(body)
        write(service.output)
        setPaused(false)
        if !response.body.isEmpty { body.write(response.body) }
        start(body)
    }

    var pendingBytes: Int { stream.pendingBytes }

    func writeStream(_ bytes: [UInt8]) -> Bool {
        guard case .streaming(let body) = phase else { return false }
        if bytes.isEmpty { return true }
        guard stream.pendingBytes + bytes.count <= configuration.streamBacklog else {
            // With the loop's next turn: the owner may be in the middle of writing to many.
            let id = id
            service.loop.execute { [weak service] in service?.connection(id)?.end(body, .tooSlow) }
            return false
        }
        guard delivery.takesChunks else {
            write(bytes)
            return true
        }
        service.output.removeAll(keepingCapacity: service.output.capacity <= 1 << 16)
        service.output.append(contentsOf: String(bytes.count, radix: 16).utf8)
        service.output.append(contentsOf: "\r\n".utf8)
        service.output.append(contentsOf: bytes)
        service.output.append(contentsOf: "\r\n".utf8)
        write(service.output)
        return true
    }

    func endStream() {
        guard case .streaming = phase else { return }
        if service.isDraining { delivery.keepsAlive = false }
        phase = delivery.keepsAlive ? .reading : .closing
        if delivery.takesChunks {
            write(Self.lastChunk)
        } else if stream.pendingBytes == 0 {
            return close()
        }
        requestEnded()
    }

    private func end(_ body: HTTPStream, _ end: HTTPStream.End) {
        guard case .streaming = phase else { return }
        close()
        body.finish(end)
    }

    // MARK: Time

    /// Closes the connection if its time is up.
    func expire(_ now: ContinuousClock.Instant) {
        if let writeDeadline, writeDeadline <= now {
            if case .streaming(let body) = phase { return end(body, .tooSlow) }
            return close()
        }
        guard let readDeadline, readDeadline <= now else { return }
        guard case .reading = phase, hasBegun, parser.hasBegun else { return close() }
        mustLinger = true
        delivery.keepsAlive = false
        isHead = false
        let limit = configuration.requestDeadline
        send(Problem(.requestTimeout, "the request did not come within \(limit)").response)
    }

    /// The server stops: what has begun is finished, and nothing begins.
    func drain() {
        switch phase {
        case .reading where !parser.hasBegun && stream.pendingBytes == 0: close()
        case .reading where !parser.hasBegun: phase = .closing
        case .streaming(let body):
            let onEnd = body.onEnd
            body.end()
            onEnd?(.serverStopped)
        case .reading, .answering, .closing, .lingering, .closed: break
        }
    }
}
