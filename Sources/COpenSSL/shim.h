// OpenSSL, and libevent's buffers over it: TLS to other servers. <https://docs.openssl.org/3.0/>
#pragma once
// First, as in CLibevent.
#include <sys/eventfd.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <event2/event.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What are macros in OpenSSL, and so not seen by Swift.
static inline int sentinel_ssl_at_least_tls12(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
static inline int sentinel_ssl_ask_for(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}
