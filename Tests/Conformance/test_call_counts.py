"""How many commands Redis runs per event: this is what an event costs, and it does not depend on the machine."""

import unittest

from support import KEY, LibraryTest, pairs


class CallCounts(LibraryTest):
    replay = False
    MESSAGE = {"kind": "message", "user": "u", "ip": "10.0.0.1", "text": "hello", "tokens": 7}

    def count(self, function="sentinel_record", **fields):
        """The commands of one call, by name."""
        self.redis.config_resetstat()
        self.redis.execute_command("FCALL", function, 1, KEY, *pairs(fields))
        stats = self.redis.info("commandstats")
        return {name[8:]: each["calls"] for name, each in stats.items()
                if name not in ("cmdstat_fcall", "cmdstat_config|resetstat", "cmdstat_info")}

    def settled(self, **fields):
        for _ in range(2):
            self.redis.execute_command("FCALL", "sentinel_record", 1, KEY, *pairs(fields))

    SETTLED = {"mget": 1, "xadd": 1, "zadd": 1, "setrange": 1}

    def test_an_event_of_a_known_user_takes_four(self):
        self.settled(**self.MESSAGE)
        self.assertEqual(self.count(**self.MESSAGE), self.SETTLED)
        for event in ({"kind": "content", "user": "u", "ip": "10.0.0.1", "text": "hello"},
                      {"text": "hello", "ip": "10.0.0.1", "user": "u", "kind": "content"},
                      {"kind": "content", "user": "u", "ip": "10.0.0.1", "created": 5, "status": 200, "email": "a@b.c"},
                      {"kind": "content", "user": "u"}):
            self.settled(**event)
            self.assertEqual(self.count(**event), self.SETTLED, event)

    def test_an_id_takes_two_more(self):
        self.settled(**self.MESSAGE)
        self.count(**self.MESSAGE, id="1")
        self.assertEqual(self.count(**self.MESSAGE, id="2"),
                         {"mget": 1, "xadd": 1, "zadd": 1, "hget": 1, "hset": 1, "setrange": 1})
        self.assertEqual(self.count(**self.MESSAGE, id="2"), {"mget": 1, "hget": 1, "time": 1})

    NEW = {"mget": 1, "zmscore": 1, "get": 1, "xadd": 1, "zadd": 1, "pexpire": 1, "set": 2}

    def test_a_new_user_at_a_new_address_takes_eight(self):
        self.assertEqual(self.count(**self.MESSAGE), self.NEW)
        self.assertEqual(self.count(**{**self.MESSAGE, "user": "v"}), self.NEW)
        self.assertEqual(self.count(kind="content", ip="10.0.0.9")["zadd"], 1)
        self.assertLessEqual(sum(self.count(kind="content", user="w", ip="2001:db8::1").values()), 8)

    def test_a_new_address_of_a_known_user_takes_seven(self):
        self.settled(**self.MESSAGE)
        self.assertEqual(sum(self.count(**{**self.MESSAGE, "ip": "10.0.0.2"}).values()), 7)

    def test_a_new_user_at_a_crowded_address_takes_nine_and_at_one_of_many_users_thirteen(self):
        for n in range(20):
            counted = self.count(**{**self.MESSAGE, "user": f"u{n}"})
            self.assertLessEqual(sum(counted.values()), 8 if n < 3 else 9 if n < 8 else 14, (n, counted))

    def test_a_block_of_another_takes_none_more(self):
        self.settled(**self.MESSAGE)
        self.call("sentinel_block", "subject", "user:somebody")
        self.assertEqual(self.count(**self.MESSAGE), self.SETTLED)

    def test_a_change_of_the_block_list_that_may_be_about_it_takes_one_more_once(self):
        for change in (("sentinel_block", "subject", "net:192.0.2.0/24"), ("sentinel_unblock", "subject", "net:192.0.2.0/24")):
            self.settled(**self.MESSAGE)
            self.call(*change)
            self.assertEqual(self.count(**self.MESSAGE), {"mget": 1, "zmscore": 1, "xadd": 1, "zadd": 1, "set": 1})
            self.assertEqual(self.count(**self.MESSAGE), self.SETTLED)

    def test_a_first_event_of_a_kind_takes_six(self):
        self.settled(kind="login", user="u", ip="10.0.0.1")
        self.assertEqual(self.count(**{**self.MESSAGE, "user": "u", "ip": "10.0.0.1"}), {
            "mget": 1, "xadd": 1, "zadd": 1, "pexpire": 2, "setrange": 1})

    def test_an_event_that_no_limit_counts_takes_two(self):
        self.settled(kind="login", user="u", ip="10.0.0.1")
        self.assertEqual(self.count(kind="login", user="u", ip="10.0.0.1"), {"mget": 1, "xadd": 1})

    def test_a_refusal_takes_four(self):
        for _ in range(10):
            self.redis.execute_command("FCALL", "sentinel_record", 1, KEY, *pairs(self.MESSAGE))
        self.assertEqual(self.count(**self.MESSAGE), {"time": 1, "mget": 1, "zmscore": 1, "xadd": 1})

    def test_a_blocked_event_takes_six(self):
        self.settled(**self.MESSAGE)
        self.call("sentinel_block", "subject", "ip:10.0.0.1")
        self.count(**self.MESSAGE)
        self.assertEqual(self.count(**self.MESSAGE), {"mget": 1, "time": 1, "zmscore": 2, "hget": 1, "incr": 1})

    def test_a_check_takes_two(self):
        self.settled(**self.MESSAGE)
        self.assertEqual(self.count("sentinel_check", kind="message", user="u", ip="10.0.0.1"), {"time": 1, "mget": 1})
        self.assertLessEqual(sum(self.count("sentinel_check", user="u").values()), 3)

    def test_a_read_of_an_object_takes_at_most_four(self):
        event = {"kind": "read", "user": "u", "ip": "10.0.0.1", "object": "o"}
        self.settled(**event)
        self.assertEqual(self.count(**event), {"mget": 1, "xadd": 1})
        self.assertEqual(self.count(**{**event, "object": "p"}), {"mget": 1, "xadd": 1, "set": 1})


if __name__ == "__main__":
    unittest.main()
