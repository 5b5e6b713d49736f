"""`sentinel run` as systemd starts it: it says when it is ready, also when Redis is not there but the mirror is."""

import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from support_edge import ROOT, EdgeTest, ask, binary, free_port, wait_until


class Notify(EdgeTest):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sentinel-notify-")
        self.addCleanup(shutil.rmtree, self.folder)

    def run_until_ready(self, address, *arguments):
        """The messages up to readiness, and the process."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(address)
        listener.settimeout(20)
        name = "@" + address[1:] if address.startswith("\0") else address
        process = subprocess.Popen([binary(), "run", *arguments], stderr=subprocess.DEVNULL,
                                   env={**os.environ, "NOTIFY_SOCKET": name})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return listener.recv(1000), process

    def test_it_is_ready_when_the_coordinator_works_and_with_a_mirror_without_redis(self):
        port, mirror = free_port(), os.path.join(self.folder, "mirror")
        redis = ["--redis", f"unix://{self.redis.socket}", "--listen", f"127.0.0.1:{port}", "--mirror", mirror]
        message, process = self.run_until_ready(os.path.join(self.folder, "notify"), *redis)
        self.assertEqual(message, b"READY=1")
        self.block("ip:203.0.113.7")
        fields = {"X-Forwarded-For": "203.0.113.7"}
        wait_until(lambda: ask(port, path="/v1/authz", headers=fields).status == 403, "the block is there")
        process.terminate()
        self.assertEqual(process.wait(20), 0)
        self.assertTrue(os.path.exists(mirror))
        redis[1] = f"unix://{self.folder}/nobody"
        message, _ = self.run_until_ready("\0sentinel-test-%d" % os.getpid(), *redis)
        self.assertEqual(message, b"READY=1")
        self.assertEqual(ask(port, path="/v1/authz", headers=fields).status, 403)
        self.assertEqual(ask(port, path="/v1/authz").status, 200)

    def test_the_units_are_sound(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        for unit in (ROOT / "deploy" / "systemd").iterdir():
            shutil.copy(unit, self.folder)
            place = os.path.join(self.folder, unit.name)
            with open(place) as file:
                text = file.read().replace("/usr/bin/sentinel", binary())
            with open(place, "w") as file:
                file.write(text)
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", place], capture_output=True, text=True)
            self.assertEqual((done.returncode, unit.name in done.stderr), (0, False), done.stderr)


if __name__ == "__main__":
    unittest.main()
