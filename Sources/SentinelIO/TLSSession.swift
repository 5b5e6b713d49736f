internal import CLibevent
internal import COpenSSL
import Glibc
import Synchronization

/// The client's side of TLS on one connection: TLS 1.2 or newer, and only with a server that proves its name by a
/// certificate which the machine trusts (the system's store, or `SSL_CERT_FILE`).
///
/// Names are checked by RFC 6125, as OpenSSL does: <https://docs.openssl.org/3.0/man3/SSL_set1_host/>
enum TLSSession {
    /// Made once, for reading the certificates of a machine takes long. Unchecked: OpenSSL counts its references and
    /// locks it; it is not changed after it is made.
    private struct Trust: @unchecked Sendable {
        let context: OpaquePointer?

        init() {
            context = SSL_CTX_new(TLS_client_method())
            guard let context else { return }
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
            _ = sentinel_ssl_at_least_tls12(context)
            SSL_CTX_set_default_verify_paths(context)
        }
    }

    private static let trust = Trust()

    /// A buffer event that shakes hands over the socket, which connects or is connected. It owns the socket then; on
    /// failure the caller still does.
    static func bufferEvent(
        over file: Int32, to serverName: String, base: OpaquePointer?
    ) throws(IOError) -> OpaquePointer {
        guard let context = trust.context, let session = SSL_new(context) else {
            throw IOError(.system, "cannot begin TLS: out of memory")
        }
        let isSet: Bool
        if SocketAddress(numericHost: serverName, port: 0) != nil {
            isSet = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), serverName) == 1
        } else {
            isSet = SSL_set1_host(session, serverName) == 1 && sentinel_ssl_ask_for(session, serverName) == 1
        }
        guard isSet else {
            SSL_free(session)
            throw IOError(.badAddress, "\(serverName.debugDescription) cannot be the name of a TLS server")
        }
        let options = Int32(BEV_OPT_CLOSE_ON_FREE.rawValue)
        // Takes the session, also when it fails.
        guard let made = bufferevent_openssl_socket_new(base, file, session, BUFFEREVENT_SSL_CONNECTING, options) else {
            throw IOError(.system, "cannot begin TLS: out of memory")
        }
        return made
    }

    /// Why the handshake failed, in words; nil if it was not TLS that did.
    static func failure(of bufferEvent: OpaquePointer) -> String? {
        if let session = bufferevent_openssl_get_ssl(bufferEvent) {
            let result = SSL_get_verify_result(session)
            if result != X509_V_OK { return String(cString: X509_verify_cert_error_string(result)) }
        }
        let code = bufferevent_get_openssl_error(bufferEvent)
        guard code != 0, let reason = ERR_reason_error_string(code) else { return nil }
        return String(cString: reason)
    }
}
