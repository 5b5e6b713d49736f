"""A private redis-server with the function library in it, and the few helpers that every test here needs.

The library is the compiled policy as the `sentinel` binary prints it, and the files of lua/ as they lie in the
repository, so that a change of Lua needs no build. The binary is SENTINEL_BINARY, or what swift built last.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import redis

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = "sentinel:{0}"
SOAK = os.environ.get("SENTINEL_SOAK") == "1"  # the long tests in full size
LIBRARY_HEAD = "#!lua name=sentinel\n"


def binary():
    """The path of the `sentinel` program."""
    named = os.environ.get("SENTINEL_BINARY")
    candidates = [pathlib.Path(named)] if named else [ROOT / ".build" / k / "sentinel" for k in ("release", "debug")]
    for path in candidates:
        if path.is_file():
            return str(path)
    raise unittest.SkipTest("no sentinel program: build it (swift build) or name it in SENTINEL_BINARY")


_chunk = None


def chunk():
    """What the program loads into Redis, as it prints it."""
    global _chunk
    if _chunk is None:
        for arguments in (["policy", "show", "--library"], []):
            run = subprocess.run([binary(), *arguments], capture_output=True, check=False)
            if run.returncode == 0 and run.stdout.startswith(LIBRARY_HEAD.encode()):
                _chunk = run.stdout.decode()
                break
        else:
            raise unittest.SkipTest("this sentinel program does not print its library")
    return _chunk


def standard_policy():
    """The Lua of the built-in policy."""
    end = chunk().index("\n-- What every function of the library shares")
    return chunk()[len(LIBRARY_HEAD):end + 1]


def standard_hash():
    """The name of the built-in policy."""
    return re.findall(r"^POLICY\.hash = '(\w+)'$", standard_policy(), re.M)[-1]


def lua_files():
    """The names in lua/, in the order in which they are joined."""
    listed = (ROOT / "Sources" / "CSentinelLua" / "CSentinelLua.c").read_text()
    return [name + ".lua" for name in re.findall(r"^\s+LUA_FILE\((\w+)\)", listed, re.M)]


def file_text(name):
    """A file of lua/ as it stands in the chunk: functions in a block of their own, for Lua takes 200 locals at most."""
    source = (ROOT / "lua" / name).read_text()
    return f"do\n{source}end\n" if name.startswith("sentinel_") else source


def library(policy=None):
    """The chunk for FUNCTION LOAD with that policy (Lua), or the built-in one."""
    files = "\n".join(map(file_text, lua_files()))
    return LIBRARY_HEAD + (policy or standard_policy()) + files


class Server:
    """A redis-server of one's own on a unix socket in a folder of its own."""

    patience = 10  # seconds that it may take to start

    def __init__(self, *arguments):
        self.folder = tempfile.mkdtemp(prefix="sentinel-test-")
        self.socket = os.path.join(self.folder, "redis.sock")
        self.arguments = arguments
        self.client = redis.Redis(unix_socket_path=self.socket)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--appendonly", "no",
             "--dir", self.folder, *self.arguments],
            stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + self.patience
        while True:
            try:
                self.client.ping()
                return
            except redis.ConnectionError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.stop()
                    raise
                time.sleep(0.002)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def load(self, policy=None):
        self.client.execute_command("FUNCTION", "LOAD", "REPLACE", library(policy))

    def stop(self):
        self.client.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class LibraryTest(unittest.TestCase):
    """A test with a server for its class; each test starts with an empty keyspace, open for replays."""

    policy = None
    replay = True
    server_arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.chunk_text = library(cls.policy)
        cls.server = Server(*cls.server_arguments)
        cls.addClassCleanup(cls.server.stop)
        cls.redis = cls.server.client
        cls.server.load(cls.policy)

    def setUp(self):
        self.redis.flushall()
        if self.replay:
            self.redis.set(KEY + ":clock", "replay")

    def call(self, function, *arguments, key=KEY):
        """The reply as a dictionary; its texts as str where they are UTF-8."""
        reply = self.redis.execute_command("FCALL", function, 1, key, *arguments)
        return dict(zip(map(text, reply[::2]), map(text, reply[1::2])))

    def record(self, **fields):
        return self.call("sentinel_record", *pairs(fields))

    def check(self, **fields):
        return self.call("sentinel_check", *pairs(fields))

    def fails(self, code, *arguments, key=KEY, function=None):
        """Calls, wants an error with that code, and returns the error's text."""
        with self.assertRaises(redis.ResponseError) as caught:
            self.redis.execute_command("FCALL", function or arguments[0], 1, key, *arguments[1:])
        message = error_text(caught.exception)
        self.assertTrue(message.startswith(code + " "), message)
        return message


def error_text(error):
    """The whole error reply; redis-py takes the word ERR away."""
    message = str(error)
    return message if re.match(r"[A-Z]+ ", message) else "ERR " + message


def pairs(fields):
    return [each for pair in fields.items() for each in pair]


def text(value):
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return value


class Stream:
    """A stream, serialised. Equal are those that say the same: an entry taken back leaves a gap in the bytes."""

    def __init__(self, client, key):
        self.dump = client.dump(key)
        info = client.execute_command("XINFO", "STREAM", key)
        info = dict(zip(info[::2], info[1::2]))
        self.said = (client.xrange(key), client.xinfo_groups(key), *(info[each] for each in (
            b"length", b"last-generated-id", b"entries-added")))

    def __eq__(self, other):
        return isinstance(other, Stream) and self.said == other.said

    def __repr__(self):
        return f"Stream({self.said})"


def snapshot(client):
    """All keys with their serialised values, and whether they expire."""
    keys = sorted(client.scan_iter(count=1000))
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.dump(key)
        pipeline.pttl(key)
        pipeline.type(key)
    values = pipeline.execute()
    return {key: (Stream(client, key) if values[3 * i + 2] == b"stream" else values[3 * i], values[3 * i + 1] > 0)
            for i, key in enumerate(keys)}
