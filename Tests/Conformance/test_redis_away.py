"""Redis is killed under a running daemon, and comes back: with its data, and without."""

import http.client
import json
import time
import unittest
import urllib.parse

from daemon import Daemon

NEEDING = ["/v1/check?kind=message&user=ada", "/v1/incidents", "/v1/blocks", "/v1/stats", "/v1/webhooks", "/v1/policy",
           "/v1/audit", "/v1/dead-letters", "/v1/alerts", "/readyz"]


class RedisAway(unittest.TestCase):
    def wait_until(self, condition):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def away_and_back(self, *redis):
        daemon = Daemon(redis=redis)
        self.addCleanup(daemon.stop)
        status = lambda path: daemon.ask(path)[0]
        self.assertEqual(status("/readyz"), 200)
        daemon.server.kill()
        self.wait_until(lambda: status("/readyz") == 503)
        for path in NEEDING:
            start = time.monotonic()
            code, body = daemon.ask(path)
            self.assertEqual((code, json.loads(body)["status"]), (503, 503), path)
            self.assertLess(time.monotonic() - start, 2.5, path)
        self.assertEqual(status("/healthz"), 200)
        self.assertIn("sentinel_redis_up 0\n", daemon.ask("/metrics")[1])
        daemon.server.start()
        self.wait_until(lambda: status("/readyz") == 200)
        return daemon

    def test_with_its_data_all_goes_on_by_itself(self):
        daemon = self.away_and_back("--appendonly", "yes", "--appendfsync", "always")
        self.wait_until(lambda: daemon.ask("/v1/check?kind=message&user=ada")[0] == 200)
        for number in range(12):
            daemon.ask("/v1/events", b'{"kind":"message","user":"eve","text":"%d"}' % number)
        self.wait_until(lambda: json.loads(daemon.ask("/v1/incidents")[1])["incidents"])
        self.assertIn("sentinel_redis_up 1\n", daemon.ask("/metrics")[1])

    def test_empty_it_gets_the_library_and_the_policy_again(self):
        daemon = self.away_and_back()
        self.assertEqual(json.loads(daemon.ask("/readyz")[1])["status"], "ready")
        # Its tokens are gone, and so nobody on this machine needs one.
        self.wait_until(lambda: daemon.status_without_token() == 200)

    def test_a_follower_of_alerts_goes_on(self):
        daemon = Daemon(redis=("--appendonly", "yes", "--appendfsync", "always"))
        self.addCleanup(daemon.stop)
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(daemon.url).netloc, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/alerts?after=0", headers={"Authorization": "Bearer " + daemon.token})
        stream = connection.getresponse()
        following = iter(stream.readline, b"")

        def next_id():
            event = {}
            for line in following:
                name, _, value = line.partition(b": ")
                if line != b"\n":
                    event[name] = value
                elif b"data" in event:
                    return event[b"id"]
                else:
                    event = {}  # Only a heartbeat, or where to come back to.

        daemon.ask("/v1/alerts/test", b"")
        self.assertEqual(next_id(), b"1\n")
        daemon.server.kill()
        daemon.server.start()
        self.wait_until(lambda: daemon.ask("/v1/alerts/test", b"")[0] == 202)
        self.assertEqual(next_id(), b"2\n")


if __name__ == "__main__":
    unittest.main()
