import SentinelEngine
import SentinelIO
import SentinelRedis
import Synchronization
import TestSupport

/// Somebody who gets alerts: answers with the statuses of a script, and with 204 when it is at its end.
final class Receiver: Sendable {
    struct Got: Sendable, Equatable {
        var id: String?
        var signature: String?
        var timestamp: Int64?
        var body: [UInt8]
    }

    private struct State {
        var script: [HTTPStatus]
        var got: [Got] = []
        var server: HTTPServer?
    }

    private let state: Mutex<State>
    private let loop: EventLoop

    init(on loop: EventLoop, answering script: [HTTPStatus] = []) {
        self.loop = loop
        state = Mutex(State(script: script))
    }

    /// Begins to listen, and returns the URL to send to.
    func listen(port: UInt16 = 0) async throws -> String {
        let server = HTTPServer(on: loop) { request in .response(HTTPResponse(self.answer(request), headers: [])) }
        state.withLock { $0.server = server }
        return "http://\(try await server.listen(at: .tcp(host: "127.0.0.1", port: port)))/in?x=1"
    }

    /// What came, refused or not.
    var got: [Got] { state.withLock { $0.got } }

    private func answer(_ request: HTTPRequest) -> HTTPStatus {
        state.withLock { state in
            state.got.append(
                Got(
                    id: request.headers["webhook-id"], signature: request.headers["webhook-signature"],
                    timestamp: request.headers["webhook-timestamp"].flatMap { Int64($0) }, body: request.body))
            guard !state.script.isEmpty else { return .noContent }
            return state.script.removeFirst()
        }
    }
}
