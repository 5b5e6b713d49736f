"""A Redis with `sentinel run` on it: a coordinator at work, as an operator has it."""

import os
import subprocess
import time

from redis_link import KEY, Link, Server
from support import binary


def unlike(chance):
    """A text of ten made-up words, which is like no other."""
    letters = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=70))
    return " ".join(letters[first:first + 7] for first in range(0, 70, 7))


class Coordinated:
    """Redis and coordinator; `with` ends both."""

    def __init__(self):
        self.server = Server()
        self.client = self.server.client
        self.process = subprocess.Popen(
            [binary(), "run", "--redis", "unix://" + self.server.socket, "--listen", "127.0.0.1:0"],
            stderr=subprocess.DEVNULL)
        while not self.client.exists(f"{KEY}:lease"):
            if self.process.poll() is not None:
                raise SystemExit("sentinel run ended")
            time.sleep(0.01)
        self.link = Link(self.server)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.server.stop()

    def drain(self):
        """Waits until the coordinator has done with everything that was logged."""
        while True:
            groups = self.client.xinfo_groups(f"{KEY}:events")
            newest = self.client.xinfo_stream(f"{KEY}:events")["last-generated-id"]
            if groups and groups[0]["last-delivered-id"] == newest and not groups[0]["pending"]:
                return
            time.sleep(0.02)

    def resident(self):
        """The bytes of the coordinator's process in memory."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
