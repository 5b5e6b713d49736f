"""The command line asks an API behind TLS, and only one that proves its name."""

import os
import socket
import subprocess
import tempfile
import threading
import unittest

from certificates import localhost_certificate
from daemon import Daemon
from support import binary


class Proxy:
    """Ends TLS in front of a daemon, as a proxy does."""

    def __init__(self, daemon, context):
        self.context = context
        self.target = ("127.0.0.1", int(daemon.url.rsplit(":", 1)[1]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            with self.context.wrap_socket(client, server_side=True) as outer, \
                    socket.create_connection(self.target) as inner:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += outer.recv(65536)
                inner.sendall(request)
                while piece := inner.recv(65536):
                    outer.sendall(piece)
        except OSError:
            pass

    def stop(self):
        self.listener.close()


class OverTLS(unittest.TestCase):
    def test_only_an_api_that_proves_its_name_is_asked(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        certificate, context = localhost_certificate(folder.name)
        daemon = Daemon()
        self.addCleanup(daemon.stop)
        proxy = Proxy(daemon, context)
        self.addCleanup(proxy.stop)

        def ask(host, trusted):
            return subprocess.run(
                [binary(), "token", "ls", "-o", "json", "--api", f"https://{host}:{proxy.port}"], check=False,
                capture_output=True, text=True,
                env={**os.environ, "SENTINEL_TOKEN": daemon.token, "SSL_CERT_FILE": trusted})

        asked = ask("localhost", certificate)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertEqual(asked.stdout, daemon.sentinel("token", "ls", "-o", "json"))
        for host, trusted, words in (("127.0.0.1", certificate, "IP address mismatch"),
                                     ("localhost", "/dev/null", "self-signed certificate")):
            refused = ask(host, trusted)
            self.assertEqual(refused.returncode, 5, refused.stderr)
            self.assertIn(words, refused.stderr)


if __name__ == "__main__":
    unittest.main()
