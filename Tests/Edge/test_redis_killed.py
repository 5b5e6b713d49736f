"""Redis is killed while a Sentinel answers proxies: its memory goes on, and when Redis is back, so are new blocks."""

import time
import unittest

from support_edge import EdgeTest, Sentinel, Server, ask, wait_until


class Killed(EdgeTest):
    # What it says is on disk before it answers, so that it comes back with all that was acknowledged.
    persistence = ("--appendonly", "yes", "--appendfsync", "always")

    @classmethod
    def setUpClass(cls):
        cls.redis = Server(*cls.persistence)
        cls.addClassCleanup(cls.redis.stop)
        cls.redis.load()

    def setUp(self):
        self.sentinel = Sentinel(self.redis)
        self.addCleanup(self.sentinel.stop)

    def authz(self, address):
        return ask(self.sentinel.port, path="/v1/authz", headers={"X-Forwarded-For": address})

    def until(self, status, address):
        wait_until(lambda: self.authz(address).status == status, f"{address} gets {status}")

    def test_answers_go_on_from_memory_and_new_blocks_count_when_it_is_back(self):
        self.block("ip:203.0.113.7")
        self.block("net:198.51.100.0/24")
        self.until(403, "203.0.113.7")
        self.until(403, "198.51.100.9")
        self.redis.kill()
        slowest = 0
        for _ in range(300):
            for address, status in (("203.0.113.7", 403), ("198.51.100.9", 403), ("192.0.2.1", 200)):
                began = time.monotonic()
                answer = self.authz(address)
                slowest = max(slowest, time.monotonic() - began)
                self.assertEqual(answer.status, status)
                self.assertNotEqual(answer.headers["X-Sentinel-Mirror-Age"], "unknown")
        # None of them waited as long as requests to Redis are given.
        self.assertLess(slowest, 2)
        self.assertEqual(ask(self.sentinel.port, path="/readyz").status, 503)
        # Counting asks Redis: nobody is refused, or held up, for want of it.
        self.assertEqual(ask(self.sentinel.port, path="/v1/authz?count=request",
                             headers={"X-Forwarded-For": "192.0.2.1"}).status, 200)
        self.redis.start()
        self.block("ip:192.0.2.1")
        self.until(403, "192.0.2.1")
        self.assertEqual(self.authz("203.0.113.7").status, 403)
        self.unblock("ip:203.0.113.7")
        self.until(200, "203.0.113.7")

    def test_one_that_comes_back_empty_has_no_blocks(self):
        self.block("ip:203.0.113.8")
        self.until(403, "203.0.113.8")
        self.redis.kill()
        self.assertEqual(self.authz("203.0.113.8").status, 403)
        arguments, self.redis.arguments = self.redis.arguments, ()
        self.addCleanup(setattr, self.redis, "arguments", arguments)
        self.redis.start()
        # The coordinator loads the library again; until then there is nothing to call.
        wait_until(lambda: self.redis.client.execute_command("FUNCTION", "LIST"), "the library is loaded again")
        self.until(200, "203.0.113.8")
        self.block("ip:192.0.2.2")
        self.until(403, "192.0.2.2")


if __name__ == "__main__":
    unittest.main()
