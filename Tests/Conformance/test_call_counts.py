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

    def test_a_message_of_a_known_user_takes_six(self):
        self.settled(**self.MESSAGE)
        self.assertEqual(self.count(**self.MESSAGE), {"time": 1, "get": 1, "zmscore": 1, "zadd": 1, "xadd": 1, "setrange": 1})

    def test_content_of_a_known_user_takes_six(self):
        event = {"kind": "content", "user": "u", "ip": "10.0.0.1", "text": "hello"}
        self.settled(**event)
        self.assertEqual(sum(self.count(**event).values()), 6)

    def test_an_id_takes_two_more(self):
        self.settled(**self.MESSAGE)
        self.count(**self.MESSAGE, id="1")
        counted = self.count(**self.MESSAGE, id="2")
        self.assertEqual((counted["hget"], counted["hset"], sum(counted.values())), (1, 1, 8))
        self.assertEqual(self.count(**self.MESSAGE, id="2"), {"time": 1, "get": 1, "hget": 1})

    def test_a_new_user_takes_nineteen(self):
        counted = self.count(**self.MESSAGE)
        print(f"\na new user: {sum(counted.values())} {counted}")
        self.assertLessEqual(sum(counted.values()), 19)

    def test_a_new_address_of_a_known_user_takes_sixteen(self):
        self.settled(**self.MESSAGE)
        self.assertLessEqual(sum(self.count(**{**self.MESSAGE, "ip": "10.0.0.2"}).values()), 16)

    def test_a_refusal_takes_four(self):
        for _ in range(10):
            self.redis.execute_command("FCALL", "sentinel_record", 1, KEY, *pairs(self.MESSAGE))
        self.assertEqual(self.count(**self.MESSAGE), {"time": 1, "get": 1, "zmscore": 2, "xadd": 1})

    def test_a_blocked_event_takes_six(self):
        self.call("sentinel_block", "subject", "ip:10.0.0.1")
        self.count(**self.MESSAGE)
        self.assertEqual(self.count(**self.MESSAGE), {"time": 1, "get": 1, "zmscore": 2, "hget": 1, "incr": 1})

    def test_a_check_takes_three(self):
        self.settled(**self.MESSAGE)
        self.assertEqual(self.count("sentinel_check", kind="message", user="u", ip="10.0.0.1"),
                         {"time": 1, "get": 1, "zmscore": 1})
        self.assertEqual(self.count("sentinel_check", user="u"), {"time": 1, "zmscore": 1})

    def test_a_read_of_a_known_object_takes_seven_and_of_a_new_one_nine(self):
        event = {"kind": "read", "user": "u", "ip": "10.0.0.1", "object": "o"}
        self.settled(**event)
        self.assertLessEqual(sum(self.count(**event).values()), 7)
        self.assertLessEqual(sum(self.count(**{**event, "object": "p"}).values()), 9)


if __name__ == "__main__":
    unittest.main()
