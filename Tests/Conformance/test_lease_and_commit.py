"""One coordinator at a time, and a log of which nothing is lost unsaid."""

import unittest

from policies import DAY
from support import KEY, LibraryTest, standard_policy

EVENTS = KEY + ":events"


class Lease(LibraryTest):
    def lease(self, owner, ttl=1000, *more):
        reply = self.call("sentinel_lease", "owner", owner, "ttl", ttl, *more)
        self.assertEqual(reply.pop("policy"), self.call("sentinel_info")["policy"])
        return reply

    def test_the_first_takes_it_and_keeps_it(self):
        self.assertEqual(self.lease("a"), {"owner": "a", "epoch": "1", "ttl": 1000})
        self.assertEqual(self.lease("a", 5000), {"owner": "a", "epoch": "1", "ttl": 5000})
        self.assertTrue(4000 < self.redis.pttl(KEY + ":lease") <= 5000)
        other = self.lease("b")
        self.assertEqual((other["owner"], other["epoch"]), ("a", "1"))
        self.assertTrue(4000 < other["ttl"] <= 5000)

    def test_another_takes_over_when_it_ran_out(self):
        self.lease("a")
        self.redis.pexpire(KEY + ":lease", 0)
        self.assertEqual(self.lease("b"), {"owner": "b", "epoch": "2", "ttl": 1000})
        self.assertEqual(self.lease("a")["owner"], "b")

    def test_a_release_frees_it_and_only_the_owner_releases(self):
        self.lease("a")
        self.assertEqual(self.lease("b", 1000, "release", 1)["owner"], "a")
        self.assertEqual(self.lease("a", 1000, "release", 1), {"owner": "", "epoch": "0", "ttl": 0})
        self.assertEqual(self.lease("b")["epoch"], "2")
        self.assertEqual(self.lease("c", 1000, "release", 1)["owner"], "b")

    def test_the_cursor_outlives_owners(self):
        self.lease("a")
        self.redis.execute_command("XGROUP", "SETID", EVENTS, "coordinator", "7-0")
        self.redis.delete(KEY + ":lease")
        self.lease("b")
        self.assertEqual([(g["name"], g["last-delivered-id"]) for g in self.redis.xinfo_groups(EVENTS)],
                         [(b"coordinator", b"7-0")])


class Commit(LibraryTest):
    policy = None

    @classmethod
    def setUpClass(cls):
        cls.policy = standard_policy().replace("log_most = '250000'", "log_most = '500'")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.call("sentinel_lease", "owner", "a", "ttl", 600_000)

    def log(self, count):
        for n in range(count):
            self.redis.xadd(EVENTS, {"kind": "x"}, maxlen=500, approximate=True)

    def commit(self, cursor, entries, *more, epoch=1):
        return self.call("sentinel_commit", "epoch", epoch, "cursor", cursor, "entries", entries, *more)

    def stats(self):
        keys = self.redis.keys(KEY + ":stats:*")
        return {k.decode(): int(v) for key in keys for k, v in self.redis.hgetall(key).items()}

    def test_what_was_read_is_cut_off_and_the_cursor_moves(self):
        self.log(10)
        ids = [id.decode() for id, _ in self.redis.xrange(EVENTS)]
        self.assertEqual(self.commit(ids[3], 4), {"cursor": ids[3], "dropped": 0, "policy": self.call("sentinel_info")["policy"]})
        self.assertEqual([id.decode() for id, _ in self.redis.xrange(EVENTS)], ids[4:])
        group = self.redis.xinfo_groups(EVENTS)[0]
        self.assertEqual((group["last-delivered-id"].decode(), group["entries-read"], group["lag"]), (ids[3], 4, 6))
        self.assertEqual(self.commit(ids[9], 6)["dropped"], 0)
        self.assertEqual(self.redis.xlen(EVENTS), 0)
        self.assertEqual(self.stats(), {"events": 10})

    def test_states_and_counters_come_with_it(self):
        self.log(1)
        last = self.redis.xrange(EVENTS)[0][0].decode()
        self.commit(last, 1, "states", 5000, 1, "u:user:\0{1}", b"\xff\0", "count", "limited", 3, "count", "limited", 4)
        key = KEY.encode() + b":u:user:\0{1}"
        self.assertEqual(self.redis.get(key), b"\xff\0")
        self.assertTrue(4000 < self.redis.pttl(key) <= 5000)
        self.assertEqual(self.stats(), {"events": 1, "limited": 7})
        day = self.redis.keys(KEY + ":stats:*")[0]
        self.assertEqual(int(day.rpartition(b":")[2]), self.redis.time()[0] * 1000 // DAY)
        self.assertGreater(self.redis.pttl(day), 29 * DAY)

    def test_a_former_owner_changes_nothing(self):
        self.log(3)
        self.redis.delete(KEY + ":lease")
        self.call("sentinel_lease", "owner", "b", "ttl", 1000)
        self.fails("FENCED", "sentinel_commit", "epoch", 1, "cursor", "99-0", "entries", 3, "states", 5, 1, "u:x", "b")
        self.assertEqual((self.redis.xlen(EVENTS), self.redis.exists(KEY + ":u:x")), (3, 0))

    def test_what_fell_off_unread_is_counted(self):
        self.log(200)
        first = [id.decode() for id, _ in self.redis.xrange(EVENTS)]
        self.assertEqual(self.commit(first[99], 100)["dropped"], 0)
        self.log(2000)  # only about 500 of the 2100 unread ones stay
        left = self.redis.xlen(EVENTS)
        self.assertLess(left, 700)
        kept = [id.decode() for id, _ in self.redis.xrange(EVENTS, count=50)]
        self.assertEqual(self.commit(kept[49], 50)["dropped"], 2100 - left)
        self.assertEqual(self.stats(), {"events": 150, "dropped": 2100 - left})
        rest = [id.decode() for id, _ in self.redis.xrange(EVENTS)]
        self.assertEqual(self.commit(rest[-1], len(rest))["dropped"], 0)
        self.assertEqual(self.redis.xinfo_groups(EVENTS)[0]["lag"], 0)

    def test_another_group_of_the_log_does_not_confuse_it(self):
        self.redis.xgroup_create(EVENTS, "aaa", "0")
        self.log(4)
        last = self.redis.xrevrange(EVENTS, count=1)[0][0].decode()
        self.assertEqual(self.commit(last, 4)["dropped"], 0)
        groups = {g["name"]: g["last-delivered-id"].decode() for g in self.redis.xinfo_groups(EVENTS)}
        self.assertEqual(groups, {b"aaa": "0-0", b"coordinator": last})

    def test_a_log_that_is_gone_is_said(self):
        self.redis.delete(EVENTS)
        self.assertIn("sentinel_lease makes it", self.fails(
            "BADSTATE", "sentinel_commit", "epoch", 1, "cursor", "1-0", "entries", 1, "states", 5, 1, "u:x", "b"))
        self.assertEqual(self.redis.exists(KEY + ":u:x"), 0)


if __name__ == "__main__":
    unittest.main()
