"""The command lines of the README run as they stand there, against a `sentinel up` of their own."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import redis

from support import ROOT, binary


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="sentinel-readme-")
        data = pathlib.Path(cls.folder.name)
        (data / "bin").mkdir()
        (data / "bin" / "sentinel").symlink_to(pathlib.Path(binary()).resolve())
        cls.environment = dict(os.environ, XDG_DATA_HOME=str(data), PATH=f"{data}/bin:{os.environ['PATH']}")
        for name in ("SENTINEL_REDIS", "SENTINEL_NAMESPACE"):
            cls.environment.pop(name, None)
        cls.up = subprocess.Popen(["sentinel", "up"], env=cls.environment, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        cls.socket = str(data / "sentinel" / "redis.sock")
        client = redis.Redis(unix_socket_path=cls.socket)
        deadline = time.monotonic() + 20
        while True:  # until the coordinator has loaded the library and works
            try:
                if client.exists("sentinel:{0}:lease"):
                    return
            except redis.exceptions.ConnectionError:
                pass
            if time.monotonic() > deadline:
                raise RuntimeError("sentinel up does not get ready")
            time.sleep(0.01)

    @classmethod
    def tearDownClass(cls):
        cls.up.send_signal(signal.SIGINT)
        code = cls.up.wait(timeout=15)
        listening = os.path.exists(cls.socket)
        cls.folder.cleanup()
        assert code == 0, f"sentinel up ended with {code}"
        assert not listening, "its Redis was left behind"

    def test_the_shell_lines_work_one_after_the_other(self):
        script = "set -eu\n" + "\n".join(blocks("sh"))
        run = subprocess.run(["bash", "-c", script], env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("verdict", run.stdout)
        self.assertIn("subscribe", run.stdout)
        self.assertIn("ip:203.0.113.7", run.stdout)

    def test_the_python_lines_work(self):
        for block in blocks("python"):
            run = subprocess.run([sys.executable, "-c", block], env=self.environment, capture_output=True, text=True,
                                 timeout=60)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(run.stdout.split()[:2], ["allow", "rapid_content_creation"])

    def test_every_page_it_names_is_there(self):
        for name in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text()):
            if "://" not in name:
                self.assertTrue((ROOT / name).exists(), name)


if __name__ == "__main__":
    unittest.main()
