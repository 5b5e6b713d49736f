"""Certificates of servers on loopback."""

import os
import ssl
import subprocess


def localhost_certificate(folder):
    """A new certificate that names localhost and no address: its file, and what a server needs to show it."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
         "-out", certificate, "-days", "2", "-subj", "/CN=server", "-addext", "subjectAltName=DNS:localhost"], check=True,
        capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context
