"""The published vectors of an exact sliding log (SENTINEL_DATA/ratelimit), each under a policy with its own limit and
window: allowed, remaining, retry_after_ms and reset_after_ms, to the millisecond."""

import gzip
import json
import os
import pathlib
import unittest

from policies import Policy, Rule, lua
from support import KEY, LibraryTest

FOLDER = os.environ.get("SENTINEL_DATA")


class SlidingLog(LibraryTest):
    def call_all(self, calls):
        pipeline = self.redis.pipeline(transaction=False)
        for function, arguments in calls:
            pipeline.execute_command("FCALL", function, 1, KEY, "kind", "message", "user", "u", *arguments)
        return [dict(zip(reply[::2], reply[1::2])) for reply in pipeline.execute()]

    def follow(self, vector, field):
        """Every step: is there room, take it, and how long until all is free."""
        steps = vector["steps"]
        calls = []
        for time, cost, *_ in steps:
            cost = [field, cost, "at", time + 1]  # times in the vectors begin at 0
            calls += [("sentinel_check", cost), ("sentinel_record", cost), ("sentinel_check", [field, 0, "at", time + 1])]
        replies = self.call_all(calls)
        for number, (time, cost, allowed, remaining, retry, reset) in enumerate(steps):
            before, verdict, after = replies[3 * number:3 * number + 3]
            where = (vector["limit"], vector["window_ms"], number, time, cost)
            self.assertEqual((verdict[b"verdict"], verdict[b"remaining"], verdict.get(b"retry_after_ms", -1)),
                             (b"allow" if allowed else b"limit", remaining, retry), where)
            self.assertEqual((before[b"verdict"], before.get(b"retry_after_ms", -1)), (verdict[b"verdict"], retry), where)
            self.assertEqual((after[b"remaining"], after[b"reset_after_ms"]), (remaining, reset), where)

    @unittest.skipUnless(FOLDER, "SENTINEL_DATA is not set: the vectors of the sliding log are not compared")
    def test_every_vector_holds_to_the_millisecond(self):
        path = pathlib.Path(FOLDER) / "ratelimit" / "sliding_log.jsonl.gz"
        vectors = [json.loads(line) for line in gzip.open(path, "rt")]
        self.assertGreaterEqual(len(vectors), 200)
        for number, vector in enumerate(vectors):
            field = ("tokens", "cost")[number % 2]
            self.redis.flushall()
            self.redis.set(KEY + ":clock", "replay")
            self.server.load(lua(Policy(
                [Rule("log", ["message"], "actor", vector["limit"], vector["window_ms"], sums=field)],
                fields={"cost": "number"})))
            with self.subTest(vector=number):
                self.follow(vector, field)


if __name__ == "__main__":
    unittest.main()
