"""A running `sentinel run` with its HTTP API, over a Redis of its own."""

import os
import re
import subprocess
import time
import urllib.error
import urllib.request

from support import Server, binary


class Daemon:
    """Redis, coordinator and API on loopback, with a superuser's token."""

    def __init__(self, *arguments, environment=None, redis=()):
        self.server = Server(*redis)
        self.address = "unix://" + self.server.socket
        self.arguments = arguments
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        try:
            self.start()
            self.token = self.sentinel("token", "add", "--role", "superuser", "--name", "tester").split()[0]
            # Tokens are read now and then; from then on everybody needs one.
            while self.status_without_token() != 401:
                time.sleep(0.05)
        except BaseException:
            self.stop()
            raise

    def start(self):
        self.process = subprocess.Popen(
            [binary(), "run", "--redis", self.address, "--listen", "127.0.0.1:0", *self.arguments],
            stderr=subprocess.PIPE, text=True, env=self.environment)
        self.url = self.wait_for(r"HTTP API at (http://\S+?:\d+)")
        self.wait_for("at work")

    def restart(self, kill=False):
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait()
        self.process.stderr.close()
        self.start()

    def wait_for(self, pattern):
        """Reads what the daemon says until that comes."""
        said = ""
        for line in self.process.stderr:
            said += line
            if found := re.search(pattern, line):
                return found[found.lastindex or 0]
        raise AssertionError(f"the daemon ended without saying {pattern}: {said}")

    def sentinel(self, *arguments, check=True):
        """The output of a command."""
        run = subprocess.run([binary(), *arguments, "--redis", self.address], capture_output=True, text=True,
                             check=check)
        return run.stdout

    def ask(self, path, body=None, method=None, type="application/json"):
        """Status and body of an answer."""
        headers = {"Authorization": "Bearer " + self.token}
        if body:
            headers["Content-Type"] = type
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def status_without_token(self):
        try:
            return urllib.request.urlopen(self.url + "/v1/stats", timeout=20).status
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process.stderr.close()
        self.server.stop()
