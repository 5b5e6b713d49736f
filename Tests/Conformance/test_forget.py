"""What is left of a subject that was erased: its entries in the audit log, and nothing else."""

import unittest

from support import KEY, text
from test_raise import NOW, Raising


class Forget(Raising):
    def forget(self, subject, **fields):
        """Calls until there is no more; returns how much was erased, and in how many calls."""
        erased, calls, cursor = 0, 0, None
        while True:
            words = {"subject": subject, "first": 0, "last": 3, "at": NOW + 9, **fields}
            if cursor:
                words["cursor"] = cursor
            reply = self.call("sentinel_forget", *[each for pair in words.items() for each in pair])
            erased, calls, cursor = erased + int(reply["erased"]), calls + 1, reply.get("cursor")
            if not cursor:
                return erased, calls

    def naming(self, part):
        """Keys that name a subject, and those whose contents do."""
        found = set()
        for key in self.redis.keys("*"):
            if part in key or part in (self.redis.dump(key) or b""):
                found.add(text(key))
        return found

    def test_nothing_but_the_audit_log_names_it(self):
        for n in range(12):
            self.record(kind="content", user="mallory-x", ip=f"203.0.113.{n}", text="hello", id=f"e{n}", object=f"o{n}",
                        at=NOW + n)
        self.record(kind="content", user="ada", ip="203.0.113.7", at=NOW)
        self.raise_("malicious_content", subject="user:mallory-x", at=NOW, user="mallory-x", ip="203.0.113.7")
        self.raise_("off_topic_spam", subject="user:ada", at=NOW)
        self.call("sentinel_allow", "subject", "user:mallory-x", "at", NOW)
        # As the bucket is computed: 8 buckets.
        bucket = 0
        for byte in b"user:mallory-x":
            bucket = (bucket * 31 + byte) % 65521
        shelf = f"{KEY}:e:#2:{bucket % 8}"
        self.redis.hset(shelf, mapping={b"\0\0user:mallory-x": "a", b"\1\0user:mallory-x": "b", b"\0\0user:ada": "c"})
        erased, _ = self.forget("user:mallory-x", by="admin:x", note="asked for it")
        self.assertGreater(erased, 20)
        self.assertEqual(self.redis.hkeys(shelf), [b"\0\0user:ada"])
        # The marker in the log is for the coordinator, which then trims it.
        self.assertLessEqual(self.naming(b"mallory-x"), {KEY + ":audit", KEY + ":events", "sentinel:blocks:log"} | {
            text(key) for key in self.redis.keys(KEY + ":s:ip:*")})
        self.assertEqual(self.redis.zrange(KEY + ":incidents", 0, -1), [b"i0-2"])
        self.assertEqual(self.redis.hkeys(KEY + ":cards"), [b"i0-2"])
        self.assertEqual(self.redis.xrevrange(KEY + ":audit", count=1)[0][1][b"what"], b"forget")

    def test_long_lists_are_looked_through_in_pieces(self):
        for n in range(1200):
            self.raise_("off_topic_spam", subject=f"user:u{n}.", at=NOW + n)
        _, calls = self.forget("user:u700.")
        self.assertGreaterEqual(calls, 6)
        self.assertEqual(self.naming(b"user:u700."), {KEY + ":audit", KEY + ":events"})
        self.assertEqual(self.redis.zcard(KEY + ":incidents"), 1199)

    def test_the_coordinator_counts_nothing_as_lost(self):
        self.call("sentinel_lease", "owner", "one", "ttl", 60000)
        for n in range(3):
            self.record(kind="content", user="eve", at=NOW + n)
        self.forget("user:eve")
        last = text(self.redis.xrevrange(KEY + ":events", count=1)[0][0])
        reply = self.call("sentinel_commit", "epoch", 1, "cursor", last, "entries", 1)
        self.assertEqual(int(reply["dropped"]), 0)

    def test_what_makes_no_sense_is_refused(self):
        for words in ((), ("first", 0, "last", 0), ("subject", "user:a"), ("subject", "user:a", "first", 5, "last", 4),
                      ("subject", "user:a", "first", 0, "last", 100), ("subject", "user:a", "first", "x", "last", 1),
                      ("subject", "user:a", "first", 0, "last", 1, "cursor", "x")):
            self.fails("BADARG", "sentinel_forget", *words)


if __name__ == "__main__":
    unittest.main()
