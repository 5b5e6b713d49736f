"""`sentinel edge nft` in a network namespace: two machines made of a pair of virtual interfaces, packets and all."""

import os
import shutil
import signal
import subprocess
import sys
import unittest

from support_edge import EdgeTest, binary, wait_until

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
        cls.edge = subprocess.Popen(
            ["ip", "netns", "exec", GUARDED, binary(), "edge", "nft", "--edge", "wall", "--redis",
             f"unix://{cls.redis.socket}"], stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.edge.wait)
        cls.addClassCleanup(cls.edge.terminate)
        wait_until(lambda: "chain blocked" in cls.table(), "the table is there")
        wait_until(lambda: cls.passes("198.18.0.2"), "the server answers")

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

    def test_it_says_how_far_it_is(self):
        self.block("ip:192.0.2.77")
        newest = int(self.redis.client.get("sentinel:{0}:seq:blocks"))
        wait_until(lambda: (self.redis.client.hget("sentinel:{0}:edges", "wall") or b"").startswith(b"%d " % newest),
                   "the edge applied the newest change")


if __name__ == "__main__":
    unittest.main()
