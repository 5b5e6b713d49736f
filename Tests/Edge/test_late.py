"""Two Sentinels and an edge that is not heard of any more: people hear of it once."""

import json
import subprocess
import time
import unittest

from support_edge import KEY, EdgeTest, Sentinel, binary, wait_until


class Late(EdgeTest):
    def test_an_edge_that_fell_silent_has_one_alert_that_watch_shows(self):
        now = int(time.time() * 1000)
        self.redis.client.hset(KEY + ":edges", mapping={
            "proxy-1": f"0 {now - 200_000} poll", "proxy-2": f"0 {now} poll"})
        for _ in range(2):
            self.addCleanup(Sentinel(self.redis).stop)
        looks = set()

        def has_looked_often():
            looks.add(self.redis.client.hget(KEY + ":edges:late", "proxy-1"))
            return len(looks - {None}) >= 4

        wait_until(has_looked_often, "both look after the edges again and again")
        self.assertEqual(self.redis.client.xlen("sentinel:alerts:log"), 1)
        watch = subprocess.run([binary(), "watch", "--since", "1", "--limit", "1", "-o", "json", "--rule", "edge_behind",
                                "--module", "edge", "--redis", f"unix://{self.redis.socket}"], capture_output=True, check=True, timeout=20)
        alert = json.loads(watch.stdout)
        self.assertEqual((alert["subject"], alert["change"], alert["incident"]), ("edge:proxy-1", "edge", ""))
        self.assertGreaterEqual(alert["evidence"]["silence_ms"], 200_000)
        incidents = subprocess.run([binary(), "incident", "ls", "-o", "json", "--redis", f"unix://{self.redis.socket}"],
                                   capture_output=True, check=True, timeout=20)
        self.assertEqual(json.loads(incidents.stdout), [])


if __name__ == "__main__":
    unittest.main()
