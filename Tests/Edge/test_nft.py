"""`sentinel edge nft` in a network namespace: two machines made of a pair of virtual interfaces, packets and all."""

import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

from support_edge import KEY, EdgeTest, binary, wait_until

# Counts the datagrams that come through, and says so whenever a line comes in.
COUNTER = """
import os, select, socket, sys
inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
inbox.bind(("0.0.0.0", 9000))
print("ready", flush=True)
count = 0
while True:
    ready, _, _ = select.select([inbox, sys.stdin], [], [])
    if inbox in ready:
        inbox.recv(100)
        count += 1
    elif sys.stdin in ready:
        if not os.read(0, 100):
            break
        print(count, flush=True)
"""

# Datagrams without end, from that address.
SENDER = """
import socket, sys
outbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
outbox.bind((sys.argv[1], 0))
print("ready", flush=True)
while True:
    try:
        outbox.sendto(b"x", ("198.18.0.1", 9000))
    except OSError:
        pass
"""

GUARDED, CLIENT = f"sg{os.getpid()}", f"sc{os.getpid()}"


def run(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True)


def may_make_namespaces():
    if os.getuid() != 0 or not shutil.which("nft") or not shutil.which("ip"):
        return False
    made = run("ip", "netns", "add", GUARDED, check=False).returncode == 0
    works = made and run("ip", "netns", "exec", GUARDED, "nft", "add", "table", "inet", "x", check=False).returncode == 0
    run("ip", "netns", "del", GUARDED, check=False)
    return works


@unittest.skipUnless(may_make_namespaces(), "wants root, nft, and a kernel with network namespaces and nftables")
class PacketFilter(EdgeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for space in (GUARDED, CLIENT):
            run("ip", "netns", "add", space)
            cls.addClassCleanup(run, "ip", "netns", "del", space)
        run("ip", "link", "add", "v0", "netns", GUARDED, "type", "veth", "peer", "v1", "netns", CLIENT)
        for space, link, v4, v6 in ((GUARDED, "v0", "198.18.0.1/15", "2001:db8:ff::1/64"),
                                    (CLIENT, "v1", "198.18.0.2/15", "2001:db8:ff::2/64")):
            run("ip", "-n", space, "addr", "add", v4, "dev", link)
            run("ip", "-n", space, "addr", "add", v6, "dev", link, "nodad")
            run("ip", "-n", space, "link", "set", link, "up")
        for address in ("198.18.5.5/15", "198.19.0.5/15"):
            run("ip", "-n", CLIENT, "addr", "add", address, "dev", "v1")
        server = subprocess.Popen(
            ["ip", "netns", "exec", GUARDED, sys.executable, "-m", "http.server", "--bind", "::", "8000"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.start_edge()
        cls.addClassCleanup(lambda: cls.stop_edge())
        wait_until(lambda: "chain blocked" in cls.table(), "the table is there")
        wait_until(lambda: cls.passes("198.18.0.2"), "the server answers")

    @classmethod
    def start_edge(cls):
        cls.edge = subprocess.Popen(
            ["ip", "netns", "exec", GUARDED, binary(), "edge", "nft", "--edge", "wall", "--redis",
             f"unix://{cls.redis.socket}"], stderr=subprocess.DEVNULL)

    @classmethod
    def stop_edge(cls):
        cls.edge.terminate()
        cls.edge.wait()

    def program(self, space, text, *arguments):
        """A Python program in that namespace, once it is ready."""
        process = subprocess.Popen(["ip", "netns", "exec", space, sys.executable, "-c", text, *arguments],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdin.close)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    @staticmethod
    def table():
        return run("ip", "netns", "exec", GUARDED, "nft", "list", "table", "inet", "sentinel", check=False).stdout

    @staticmethod
    def passes(source, target="198.18.0.1"):
        connect = "import socket, sys; socket.create_connection((sys.argv[2], 8000), 0.3, (sys.argv[1], 0)).close()"
        return run("ip", "netns", "exec", CLIENT, sys.executable, "-c", connect, source, target,
                   check=False).returncode == 0

    def until(self, passes, *way):
        wait_until(lambda: self.passes(*way) == passes, f"{way} passes: {passes}")

    def test_addresses_are_dropped_until_the_block_is_lifted(self):
        self.assertTrue(self.passes("198.18.0.2"))
        self.block("ip:198.18.0.2", "duration", 600000)
        self.until(False, "198.18.0.2")
        self.assertTrue(self.passes("198.18.5.5"))
        self.unblock("ip:198.18.0.2")
        self.until(True, "198.18.0.2")

    def test_blocks_end_by_themselves_and_a_new_end_counts(self):
        self.block("ip:198.18.0.2", "duration", 600000)
        self.until(False, "198.18.0.2")
        self.block("ip:198.18.0.2", "duration", 1000)
        self.until(True, "198.18.0.2")

    def test_networks_overlap_and_the_allow_list_wins(self):
        self.block("net:198.18.5.0/24")
        self.block("net:198.18.0.0/16")
        self.until(False, "198.18.5.5")
        self.assertTrue(self.passes("198.19.0.5"))
        self.unblock("net:198.18.5.0/24")
        self.assertFalse(self.passes("198.18.5.5"))
        self.call("sentinel_allow", "subject", "ip:198.18.5.5")
        self.until(True, "198.18.5.5")
        self.call("sentinel_disallow", "subject", "ip:198.18.5.5")
        self.until(False, "198.18.5.5")
        self.unblock("net:198.18.0.0/16")
        self.until(True, "198.18.5.5")

    def test_ipv6_and_what_a_filter_cannot_do(self):
        way = ("2001:db8:ff::2", "2001:db8:ff::1")
        self.until(True, *way)
        for subject in ("ip:2001:db8:ff::2", "net:2001:db8:ff::/64", "net:2001:db8:ff::/48"):
            self.block(subject)
            self.until(False, *way)
            self.block(subject, "action", "challenge")
            self.until(True, *way)

    def test_without_redis_what_stands_stands(self):
        self.block("ip:198.19.0.5")
        self.until(False, "198.19.0.5")
        os.kill(self.redis.process.pid, signal.SIGSTOP)
        try:
            self.assertFalse(self.passes("198.19.0.5"))
            self.assertTrue(self.passes("198.18.0.2"))
        finally:
            os.kill(self.redis.process.pid, signal.SIGCONT)
        self.unblock("ip:198.19.0.5")
        self.until(True, "198.19.0.5")

    def test_while_everything_is_read_anew_nobody_blocked_gets_through(self):
        """Thousands of blocks, for which it takes many transactions, and one who knocks all the time."""
        self.block("ip:198.18.5.5")
        self.until(False, "198.18.5.5")
        pipeline = self.redis.client.pipeline(transaction=False)
        for number in range(6_000):
            pipeline.execute_command("FCALL", "sentinel_block", 1, KEY, "subject",
                                     f"ip:100.{64 + number // 2500}.{number // 250 % 10}.{number % 250}")
        pipeline.execute()
        wait_until(lambda: "100.66.3.249" in self.table(), "the last block is in the table")
        counter = self.program(GUARDED, COUNTER)

        def arrived():
            counter.stdin.write("how many\n")
            return int(counter.stdout.readline())

        self.program(CLIENT, SENDER, "198.18.5.5")
        open_door = self.program(CLIENT, SENDER, "198.19.0.5")
        wait_until(arrived, "those who may come through do")
        open_door.kill()
        open_door.wait()
        before = -1
        while before != (before := arrived()):
            pass
        generation = re.search("jump blocked_([ab])", self.table())[1]
        for turn in range(4):
            self.stop_edge()
            self.start_edge()
            other = "ba"[generation == "b"]
            wait_until(lambda: f"jump blocked_{other}" in self.table(), "the other generation filters")
            self.assertNotIn(f"_{generation} ", self.table())
            generation = other
        self.assertEqual(arrived(), before)
        self.block("ip:198.19.0.5")
        self.until(False, "198.19.0.5")
        for address in ("198.18.5.5", "198.19.0.5"):
            self.unblock("ip:" + address)
            self.until(True, address)

    def test_it_says_how_far_it_is(self):
        self.block("ip:192.0.2.77")
        newest = int(self.redis.client.get("sentinel:{0}:seq:blocks"))
        wait_until(lambda: (self.redis.client.hget("sentinel:{0}:edges", "wall") or b"").startswith(b"%d " % newest),
                   "the edge applied the newest change")


if __name__ == "__main__":
    unittest.main()
