"""Alerts out of a running daemon: to receivers on loopback, over HTTP and TLS, through outages of both sides."""

import base64
import hashlib
import hmac
import http.server
import json
import tempfile
import threading
import time
import unittest

from certificates import localhost_certificate
from daemon import Daemon


class Receiver:
    """Takes whatever is posted to it."""

    def __init__(self, port=0, context=None):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                received.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count):
        deadline = time.monotonic() + 60
        while len(self.received) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.received)} of {count} came")
            time.sleep(0.02)
        return self.received

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Courier(unittest.TestCase):
    def daemon(self, **environment):
        daemon = Daemon(environment=environment)
        self.addCleanup(daemon.stop)
        return daemon

    def receiver(self, *arguments, **more):
        receiver = Receiver(*arguments, **more)
        self.addCleanup(receiver.stop)
        return receiver

    def test_an_alert_is_signed_and_secrets_are_shown_once(self):
        daemon, receiver = self.daemon(), self.receiver()
        url = f"http://127.0.0.1:{receiver.port}/T0/path-secret"
        status, body = daemon.ask("/v1/webhooks", json.dumps({"url": url, "name": "ops"}).encode())
        self.assertEqual(status, 201)
        made = json.loads(body)
        run = daemon.sentinel("alert", "test", "-o", "json")
        self.assertEqual([each["taken"] for each in json.loads(run)], [True])
        [(headers, body)] = receiver.wait_for(1)
        key = base64.b64decode(made["secret"].removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], "v1," + signature)
        self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 60)
        self.assertEqual(json.loads(body)["data"]["change"], "test")
        shown = [daemon.sentinel("webhook", "ls", "-o", "json"), daemon.sentinel("webhook", "ls"),
                 daemon.ask("/v1/webhooks")[1], daemon.sentinel("audit", "ls", "-o", "json"),
                 daemon.ask("/v1/audit")[1]]
        for text in shown:
            self.assertNotIn("path-secret", text)
            self.assertNotIn(made["secret"][8:], text)
        self.assertEqual(daemon.ask("/v1/webhooks/" + made["id"], method="DELETE")[0], 200)
        self.assertEqual(daemon.ask("/v1/webhooks/" + made["id"], method="DELETE")[0], 404)

    def test_what_makes_no_webhook_is_refused(self):
        daemon = self.daemon()
        for body in ['{}', '{"url":"ftp://a"}', '{"url":"http://u@h/"}', '{"url":"http://a","form":"xml"}',
                     '{"url":"http://a","severity":"worst"}', '{"url":"http://a","modules":["x"]}',
                     '{"url":"http://a","name":""}', '{"url":"http://a","secret":"mine"}', '{"url":7}']:
            self.assertEqual(daemon.ask("/v1/webhooks", body.encode())[0], 400, body)
        self.assertEqual(json.loads(daemon.ask("/v1/webhooks")[1]), [])

    def test_outages_of_the_receiver_of_the_daemon_and_of_redis_lose_nothing(self):
        daemon = self.daemon()
        first = Receiver()
        daemon.sentinel("webhook", "add", f"http://127.0.0.1:{first.port}/", "--form", "json")
        daemon.ask("/v1/alerts/test", b"")
        first.wait_for(1)
        first.stop()
        for _ in range(5):
            daemon.ask("/v1/alerts/test", b"")
        while not json.loads(daemon.sentinel("webhook", "ls", "-o", "json"))[0]["failing_since"]:
            time.sleep(0.02)
        daemon.restart(kill=True)
        daemon.server.client.execute_command("CLIENT", "KILL", "TYPE", "normal")
        daemon.sentinel("alert", "test", "--wait", "1s", check=False)
        second = self.receiver(first.port)
        second.wait_for(6)
        self.assertEqual([json.loads(body)["data"]["seq"] for _, body in second.received], [2, 3, 4, 5, 6, 7])

    def test_over_tls_only_to_whom_a_trusted_certificate_names(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, context = localhost_certificate(folder)
            receiver = self.receiver(context=context)
            trusting, strange = self.daemon(SSL_CERT_FILE=certificate), self.daemon(SSL_CERT_FILE="/dev/null")
            for daemon, host in ((trusting, "localhost"), (trusting, "127.0.0.1"), (strange, "localhost")):
                daemon.sentinel("webhook", "add", f"https://{host}:{receiver.port}/", "--name", host)
            taken = {each["name"]: each for each in json.loads(
                trusting.sentinel("alert", "test", "--wait", "3s", "-o", "json", check=False))}
            self.assertTrue(taken["localhost"]["taken"])
            self.assertFalse(taken["127.0.0.1"]["taken"])
            self.assertIn("IP address mismatch", taken["127.0.0.1"]["error"])
            [other] = json.loads(strange.sentinel("alert", "test", "--wait", "3s", "-o", "json", check=False))
            self.assertFalse(other["taken"])
            self.assertIn("self-signed certificate", other["error"])
            self.assertEqual(len(receiver.received), 1)


if __name__ == "__main__":
    unittest.main()
