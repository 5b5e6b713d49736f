"""A Redis of one's own, written to in pipelines of raw bytes, whose CPU time is read before and after."""

import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests" / "Conformance"))
from support import KEY, Server, standard_policy  # noqa: E402

__all__ = ["KEY", "PIECE", "Link", "Server", "cpu_time", "pack", "record", "roomy_policy"]

PIECE = 100  # calls in one pipeline


def pack(*words):
    """A command as it goes over the wire."""
    out = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        out.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(out)


def record(*fields, function="sentinel_record", key=KEY):
    """A call of a function of the library, packed."""
    return pack("FCALL", function, "1", key, *fields)


def roomy_policy():
    """The built-in policy with limits that nobody reaches, but for messages of somebody without an account."""
    policy = standard_policy()
    for limit in (50, 10, 20):
        policy = policy.replace(f"limit = {limit},", "limit = 1000000,")
    return policy


def cpu_time(client):
    """The CPU time of the server's process so far, in seconds."""
    info = client.info("cpu")
    return info["used_cpu_user"] + info["used_cpu_sys"]


class Link:
    """A connection for calls, each a list of round trips of packed commands (see verdict_cases.py)."""

    def __init__(self, server):
        self.server = server
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(server.socket)
        self.replies = self.socket.makefile("rb")

    def close(self):
        """Ends the connection."""
        self.replies.close()
        self.socket.close()

    def send(self, calls):
        """In pipelines of PIECE calls, a PING at the end of each, by whose answer it is known; wants no error."""
        for first in range(0, len(calls), PIECE):
            piece = [command for call in calls[first:first + PIECE] for trip in call for command in trip]
            self.socket.sendall(b"".join(piece) + b"PING\r\n")
            self.skip_to_pong()

    def send_one_by_one(self, calls):
        """Waits for the answers of each round trip."""
        for call in calls:
            for trip in call:
                self.socket.sendall(b"".join(trip))
                for _ in trip:
                    self.skip_reply()

    def cost(self, calls, one_by_one=False):
        """The CPU microseconds per call of the server."""
        before = cpu_time(self.server.client)
        (self.send_one_by_one if one_by_one else self.send)(calls)
        return (cpu_time(self.server.client) - before) / len(calls) * 1e6

    def skip_to_pong(self):
        """Reads a pipeline's replies; an error is looked for in all of them at once, which is quicker than one by one."""
        said = b"\n"
        while not said.endswith(b"+PONG\r\n"):
            said += self.socket.recv(1 << 18)
        if b"\n-" in said:
            raise SystemExit("Redis: " + said[said.index(b"\n-") + 1:].split(b"\r")[0].decode())

    def line(self):
        """The next line of a reply, which is to be no error."""
        line = self.replies.readline()
        if line.startswith(b"-"):
            raise SystemExit(f"Redis: {line.decode().strip()}")
        return line

    def skip_reply(self):
        """Reads a reply, of any depth."""
        line = self.line()
        count = int(line[1:]) if line[:1] in b"$*" else 0
        if line[:1] == b"$" and count >= 0:
            self.replies.read(count + 2)
        elif line[:1] == b"*":
            for _ in range(count):
                self.skip_reply()
