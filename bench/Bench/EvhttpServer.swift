internal import CLibevent
import Glibc
import SentinelIO

/// The least that libevent's own HTTP server can do: a handler that answers every request with the same few bytes. What
/// our server is measured against.
final class EvhttpServer: @unchecked Sendable {
    // Unchecked: the thread alone touches the base, until it is told to end.
    private let base: OpaquePointer
    let port: UInt16

    init?() {
        guard let base = event_base_new(), let http = evhttp_new(base),
            let socket = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0)
        else { return nil }
        self.base = base
        evhttp_set_gencb(http, answerBare, nil)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = evhttp_bound_socket_get_fd(socket)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &length) }
        }
        port = address.sin_port.bigEndian
        var thread = pthread_t()
        pthread_create(&thread, nil, runBare, Unmanaged.passRetained(self).toOpaque())
    }

    fileprivate func run() {
        event_base_dispatch(base)
    }
}

// Functions, not closures: nothing may be captured on the way through C.

private func runBare(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<EvhttpServer>.fromOpaque(context!).takeRetainedValue().run()
    return nil
}

private func answerBare(_ request: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    let body = evbuffer_new()
    evbuffer_add(body, "ok\n", 3)
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/plain")
    evhttp_send_reply(request, 200, "OK", body)
    evbuffer_free(body)
}
