"""What a call takes for granted and finds to be otherwise: it takes back what it wrote and does it right."""

import unittest

from policies import DAY, Policy, Rule, lua
from support import KEY, LibraryTest, pairs


class TakenForGranted(LibraryTest):
    replay = False
    EVENT = {"kind": "content", "user": "u", "ip": "10.0.0.1", "text": "hello"}

    def send(self, count, event):
        pipeline = self.redis.pipeline(transaction=False)
        for n in range(count):
            pipeline.execute_command("FCALL", "sentinel_record", 1, KEY, *pairs(event(n)))
        return [dict(zip(each[::2], each[1::2])) for each in pipeline.execute()]

    def test_stamps_that_end_while_events_come(self):
        # Slices of a millisecond: the entry's time is often in another one than the stamp of the event before.
        self.server.load(lua(Policy([
            Rule("all", ["content"], "actor", 1_000_000, DAY),
            Rule("users_at_ip", [], "ip", 2, 12, of="user"),
        ])))
        self.addCleanup(self.server.load, self.policy)
        before = self.redis.info("commandstats").get("cmdstat_xdel", {"calls": 0})["calls"]
        answers = self.send(5000, lambda n: {**self.EVENT, "user": f"u{n % 2}"})
        self.assertEqual([each[b"remaining"] for each in answers], [999_999 - n // 2 for n in range(5000)])
        self.assertFalse([each for each in answers if b"flags" in each])
        entries = self.redis.xrange(KEY + ":events")
        self.assertEqual(len(entries), 5000)
        info = self.redis.execute_command("XINFO", "STREAM", KEY + ":events")
        self.assertEqual(info[info.index(b"entries-added") + 1], 5000)
        times = self.redis.zrange(KEY + ":w:actor.content:user:u0", 0, -1, withscores=True)
        self.assertEqual([int(time) for _, time in times], [int(id.split(b"-")[0]) for id, _ in entries[::2]])
        self.assertGreater(self.redis.info("commandstats")["cmdstat_xdel"]["calls"], before)

    def test_a_state_that_somebody_deleted(self):
        self.send(7, lambda n: self.EVENT)
        self.redis.delete(KEY + ":s:actor:user:u")
        self.assertEqual(self.send(2, lambda n: self.EVENT)[1][b"remaining"], 20 - 9)
        self.assertEqual(self.redis.xlen(KEY + ":events"), 9)
        self.assertEqual(self.redis.zcard(KEY + ":w:actor.content:user:u"), 9)

    def test_a_window_that_somebody_deleted(self):
        self.send(7, lambda n: self.EVENT)
        self.redis.delete(KEY + ":w:actor.content:user:u")
        self.assertEqual(self.send(2, lambda n: self.EVENT)[1][b"remaining"], 20 - 9)

    def test_a_block_is_seen_by_the_next_event_and_its_end_too(self):
        for name in ("user:u", "ip:10.0.0.1", "net:10.0.0.0/24"):
            self.send(2, lambda n: self.EVENT)
            self.call("sentinel_block", "subject", name)
            self.assertEqual(self.record(**self.EVENT)["verdict"], "block", name)
            self.call("sentinel_unblock", "subject", name)
            self.assertEqual(self.record(**self.EVENT)["verdict"], "allow", name)
        self.call("sentinel_block", "subject", "user:u", "duration", 1)
        while self.redis.exists("sentinel:block:user:u"):
            pass
        self.assertEqual(self.record(**self.EVENT)["verdict"], "allow")

    def test_rows_of_fields_in_any_order_and_number_mean_the_same(self):
        import itertools
        for n, row in enumerate(itertools.permutations(self.EVENT)):
            event = {field: self.EVENT[field] for field in row}
            for count in range(2):
                self.assertEqual(self.record(**{**event, "user": f"u{n}"})["remaining"], 19 - count)
        self.fails("BADARG", "sentinel_record", *pairs(self.EVENT), "text")
        self.fails("BADARG", "sentinel_record", *pairs(self.EVENT), "text", "again")
        self.assertEqual(self.record(**self.EVENT)["verdict"], "allow")


if __name__ == "__main__":
    unittest.main()
