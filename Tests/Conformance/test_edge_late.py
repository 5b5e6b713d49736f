"""An edge that falls behind: one alert for each episode, however many processes tell of it."""

import json
import unittest

from support import KEY, LibraryTest

NOW = 1_700_000_000_000
MINUTE = 60_000


class EdgeLate(LibraryTest):
    def setUp(self):
        super().setUp()
        self.redis.hset(KEY + ":edges", mapping={"wall": "1 1 poll", "gate": "1 1 poll"})

    def late(self, at, edge="wall", changes=2, lag=11_500, silence=400):
        return self.call("sentinel_edge_late", "edge", edge, "changes", changes, "lag", lag, "silence", silence, "at", at)

    def alerts(self):
        return [json.loads(entry[b"alert"]) for _, entry in self.redis.xrange("sentinel:alerts:log")]

    def test_the_first_call_alerts_on_the_channel_and_in_the_log(self):
        listener = self.redis.pubsub(ignore_subscribe_messages=True)
        self.addCleanup(listener.close)
        listener.subscribe("sentinel:alerts")
        listener.get_message(timeout=5)
        self.assertEqual(self.late(NOW), {"outcome": "alerted", "seq": 1})
        alert, = self.alerts()
        self.assertEqual(alert, {
            "seq": 1, "at": NOW, "change": "edge", "incident": "", "rule": "edge_behind", "module": "edge", "severity": 3,
            "mode": "enforce", "subject": "edge:wall", "count": 1, "block": None,
            "description": "edge wall is behind by 2 changes for 11 s; heard of 0 s ago",
            "evidence": {"changes": 2, "lag_ms": 11_500, "silence_ms": 400}})
        self.assertEqual(json.loads(listener.get_message(timeout=5)["data"]), alert)

    def test_an_episode_has_one_alert_and_ends_a_minute_after_the_last_call(self):
        self.late(NOW)
        for turn in range(1, 40):
            self.assertEqual(self.late(NOW + turn * 5_000), {"outcome": "known"})
        last = NOW + 39 * 5_000
        self.assertEqual(self.late(last + MINUTE - 1), {"outcome": "known"})
        self.assertEqual(self.late(last + 2 * MINUTE - 1)["outcome"], "alerted")
        self.assertEqual(len(self.alerts()), 2)

    def test_each_edge_has_episodes_of_its_own(self):
        self.assertEqual(self.late(NOW)["outcome"], "alerted")
        self.assertEqual(self.late(NOW + 1, edge="gate", changes=0, lag=0, silence=130_000)["outcome"], "alerted")
        self.assertEqual(self.alerts()[1]["description"], "edge gate has been silent for 130 s")

    def test_of_what_is_no_edge_nothing_is_said(self):
        self.assertEqual(self.late(NOW, edge="nobody"), {"outcome": "unknown"})
        self.assertEqual(self.alerts(), [])

    def test_what_is_remembered_is_bounded(self):
        names = [f"e{number}" for number in range(600)]
        self.redis.hset(KEY + ":edges", mapping={name: "1 1 poll" for name in names})
        for name in names:
            self.late(NOW, edge=name)
        self.assertLessEqual(self.redis.hlen(KEY + ":edges:late"), 256)
        self.assertGreater(self.redis.pttl(KEY + ":edges:late"), 0)


if __name__ == "__main__":
    unittest.main()
