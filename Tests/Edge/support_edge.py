"""Real proxies in front of a real Sentinel, all on loopback: what every recipe of deploy/edge must show.

A recipe is used as it stands in deploy/edge; only ports and paths are put in the place of those that it names.
"""

import http.client
import http.server
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Conformance"))
from support import KEY, Server, binary  # noqa: E402

DEPLOY = ROOT / "deploy" / "edge"
PATIENCE = 20  # seconds that anything may take before it is a failure


def free_port():
    """A port that nobody has at the moment, on IPv4 and IPv6."""
    with socket.socket(socket.AF_INET6) as probe:
        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        probe.bind(("::", 0))
        return probe.getsockname()[1]


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain: {what}")
        time.sleep(0.005)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(port, source="127.0.0.1", path="/", headers=None, method="GET", host=None):
    """One request from that address of loopback; `port` can be the path of a unix socket."""
    connection = UnixConnection(port) if isinstance(port, str) else http.client.HTTPConnection(
        host or ("::1" if ":" in source else "127.0.0.1"), port, timeout=10, source_address=(source, 0))
    try:
        connection.request(method, path, headers={"Accept": "text/html", **(headers or {})})
        return Answer(connection.getresponse())
    finally:
        connection.close()


class Sentinel:
    """`sentinel run` with its API on a port of loopback, or at the path of a unix socket, which is the `port` then."""

    def __init__(self, redis, *arguments, socket=None):
        self.redis, self.arguments = redis, arguments
        self.port = socket or free_port()
        self.place = f"unix:{socket}" if socket else f"127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [binary(), "run", "--redis", f"unix://{self.redis.socket}", "--listen", self.place,
             *self.arguments], stderr=subprocess.DEVNULL)
        wait_until(self.is_ready, "sentinel run is ready")

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("sentinel run has ended")
        try:
            return ask(self.port, path="/v1/authz").headers["X-Sentinel-Mirror-Age"] != "unknown"
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait()


class App(http.server.ThreadingHTTPServer):
    """What stands behind the proxy."""

    class Handler(http.server.BaseHTTPRequestHandler):
        wbufsize = -1  # head and body in one segment
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"hello\n")

        def log_message(self, *_):
            pass

    daemon_threads = True

    def handle_error(self, *_):
        """Proxies close connections when they like."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Proxy:
    """A proxy's process in a folder of its own, with the files of a recipe in it."""

    def __init__(self, recipe, command, changes, environment=None):
        self.folder = tempfile.mkdtemp(prefix="sentinel-edge-")
        os.chmod(self.folder, 0o755)
        self.port = free_port()
        for source in (DEPLOY / recipe).iterdir():
            text = source.read_text()
            for old, new in [("127.0.0.1:8080", f"127.0.0.1:{self.port}"), ("[::1]:8080", f"[::1]:{self.port}")] + changes:
                text = text.replace(old, new)
            pathlib.Path(self.folder, source.name).write_text(text)
        www = pathlib.Path(self.folder, "www")
        www.mkdir()
        (www / "index.html").write_text("hello\n")
        self.log = open(pathlib.Path(self.folder, "log"), "w+b")
        self.process = subprocess.Popen(
            [word.replace("FOLDER", self.folder) for word in command], cwd=self.folder, stdout=self.log, stderr=self.log,
            env={**os.environ, "HOME": self.folder, "XDG_DATA_HOME": self.folder, **(environment or {})})
        try:
            wait_until(self.is_ready, "the proxy listens")
        except AssertionError as problem:
            self.log.seek(0)
            raise AssertionError(f"{problem}\n{self.log.read().decode()}") from None

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("the proxy has ended")
        try:
            return ask(self.port).status == 200
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class EdgeTest(unittest.TestCase):
    """A Redis with the library, and for each class what it makes of it."""

    @classmethod
    def setUpClass(cls):
        cls.redis = Server("--unixsocketperm", "777")
        os.chmod(cls.redis.folder, 0o755)
        cls.addClassCleanup(cls.redis.stop)
        cls.redis.load()

    def call(self, function, *arguments):
        reply = self.redis.client.execute_command("FCALL", function, 1, KEY, *arguments)
        texts = [each.decode() if isinstance(each, bytes) else each for each in reply]
        return dict(zip(texts[::2], texts[1::2]))

    def block(self, subject, *more):
        return self.call("sentinel_block", "subject", subject, "by", "admin:test", *more)["ref"]

    def unblock(self, subject):
        self.call("sentinel_unblock", "subject", subject, "by", "admin:test")


class Recipe:
    """What every recipe shows. To be mixed into an `EdgeTest` whose class has a `proxy`."""

    throttle = 403  # the status of a throttled client

    def until(self, status, source, **more):
        return wait_until(lambda: (lambda answer: answer if answer.status == status else None)(
            ask(self.proxy.port, source, **more)), f"{source} gets {status}")

    def test_blocks_refuse_with_their_reference_until_they_are_lifted(self):
        self.assertEqual(ask(self.proxy.port, "127.0.1.1").status, 200)
        ref = self.block("ip:127.0.1.1", "duration", 600000)
        answer = self.until(403, "127.0.1.1")
        self.assertIn(ref, answer.body)
        self.assertEqual(answer.headers["X-Sentinel-Ref"], ref)
        self.assertEqual(answer.headers["X-Sentinel-Action"], "block")
        self.assertIn(int(answer.headers["Retry-After"]), range(500, 601))
        self.assertEqual(ask(self.proxy.port, "127.0.1.2").status, 200)
        self.unblock("ip:127.0.1.1")
        self.assertEqual(self.until(200, "127.0.1.1").body, "hello\n")

    def test_blocks_end_by_themselves(self):
        self.block("ip:127.0.2.1", "duration", 3000)
        self.until(403, "127.0.2.1")
        self.until(200, "127.0.2.1")

    def test_challenges_and_throttles_are_told_apart(self):
        self.block("ip:127.0.3.1", "action", "challenge")
        self.assertEqual(self.until(403, "127.0.3.1").headers["X-Sentinel-Action"], "challenge")
        self.block("ip:127.0.3.2", "action", "throttle")
        self.assertEqual(self.until(self.throttle, "127.0.3.2").headers["X-Sentinel-Action"], "throttle")

    def test_networks_are_blocked_and_the_allow_list_wins(self):
        self.block("net:127.0.4.0/24")
        self.until(403, "127.0.4.200")
        self.assertEqual(ask(self.proxy.port, "127.0.5.1").status, 200)
        self.call("sentinel_allow", "subject", "ip:127.0.4.7")
        self.until(200, "127.0.4.7")
        self.assertEqual(ask(self.proxy.port, "127.0.4.8").status, 403)

    def test_ipv6_addresses_and_networks(self):
        for subject in ("ip:::1", "net:::/64"):
            self.assertEqual(self.until(200, "::1").status, 200)
            ref = self.block(subject)
            self.assertIn(ref, self.until(403, "::1").body)
            self.unblock(subject)
        self.until(200, "::1")

    def test_what_the_client_says_of_himself_changes_nothing(self):
        self.block("ip:127.0.6.1")
        self.until(403, "127.0.6.1")
        lies = {"X-Forwarded-For": "127.0.6.2", "X-Real-IP": "127.0.6.2", "Forwarded": "for=127.0.6.2",
                "X-Sentinel-Action": "allow", "X-Sentinel-User": "ada"}
        self.assertEqual(ask(self.proxy.port, "127.0.6.1", headers=lies).status, 403)
        lies = {name: value.replace(".2", ".1") for name, value in lies.items()}
        self.assertEqual(ask(self.proxy.port, "127.0.6.2", headers=lies).status, 200)
        self.assertEqual(ask(self.proxy.port, "127.0.6.1", path="/?user=ada&count=message").status, 403)


class MirrorRecipe(Recipe):
    """Recipes that ask a Sentinel on the same machine: the class has a `sentinel`."""

    def test_without_redis_blocks_go_on_at_once(self):
        self.block("ip:127.0.7.1")
        self.until(403, "127.0.7.1")
        os.kill(self.redis.process.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            for _ in range(50):
                self.assertEqual(ask(self.proxy.port, "127.0.7.1").status, 403)
                self.assertEqual(ask(self.proxy.port, "127.0.7.2").status, 200)
            self.assertLess(time.monotonic() - began, 5)
        finally:
            os.kill(self.redis.process.pid, signal.SIGCONT)

    def test_without_sentinel_everybody_is_let_in(self):
        os.kill(self.sentinel.process.pid, signal.SIGSTOP)
        try:
            self.assertEqual(ask(self.proxy.port, "127.0.8.1").status, 200)
        finally:
            os.kill(self.sentinel.process.pid, signal.SIGCONT)
