"""The channel and the log of changes of the block list and the allow list: what edges keep their copies by."""

import json

from support import KEY, LibraryTest

LOG = "sentinel:blocks:log"


class ListChanges(LibraryTest):
    replay = False

    def log(self):
        return [(name.decode(), json.loads(fields[b"change"])) for name, fields in self.redis.xrange(LOG)]

    def test_every_change_is_numbered_without_holes_published_and_kept(self):
        channel = self.redis.pubsub()
        channel.subscribe("sentinel:blocks")
        channel.get_message(timeout=5)
        self.call("sentinel_block", "subject", "user:a\n%", "duration", 60000)
        self.call("sentinel_block", "subject", "user:a\n%", "action", "challenge")
        self.call("sentinel_unblock", "subject", "user:a\n%")
        self.call("sentinel_unblock", "subject", "user:a\n%")  # there is none: no change
        self.call("sentinel_block", "subject", "ip:203.0.113.7")
        self.call("sentinel_allow", "subject", "ip:203.0.113.7", "duration", 1000)
        self.call("sentinel_disallow", "subject", "ip:203.0.113.7")
        self.call("sentinel_disallow", "subject", "ip:203.0.113.7")
        entries = self.log()
        self.assertEqual([name for name, _ in entries], [f"{n}-0" for n in range(1, 8)])
        self.assertEqual([(each["seq"], each["change"], each["subject"]) for _, each in entries], [
            (1, "added", "user:a%0A%25"), (2, "changed", "user:a%0A%25"), (3, "lifted", "user:a%0A%25"),
            (4, "added", "ip:203.0.113.7"), (5, "allowed", "ip:203.0.113.7"), (6, "lifted", "ip:203.0.113.7"),
            (7, "disallowed", "ip:203.0.113.7")])
        self.assertEqual(entries[1][1]["block"]["action"], "challenge")
        self.assertEqual(entries[0][1]["block"]["until"] - entries[0][1]["at"], 60000)
        self.assertEqual(entries[4][1]["allow"]["until"] - entries[4][1]["at"], 1000)
        heard = [json.loads(channel.get_message(timeout=5)["data"]) for _ in range(7)]
        self.assertEqual(heard, [each for _, each in entries])

    def test_numbers_that_begin_anew_begin_the_log_anew(self):
        for user in "abc":
            self.call("sentinel_block", "subject", "user:" + user)
        self.redis.delete(KEY + ":seq:blocks")
        self.call("sentinel_block", "subject", "user:d")
        self.assertEqual([(name, each["subject"]) for name, each in self.log()], [("1-0", "user:d")])

    def test_the_log_is_bounded(self):
        pipeline = self.redis.pipeline(transaction=False)
        for number in range(11000):
            pipeline.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", f"user:{number}")
        pipeline.execute()
        self.assertLess(self.redis.xlen(LOG), 10200)
        self.assertEqual(self.log()[-1][1]["seq"], 11000)

    def test_a_foreign_key_in_its_place_is_an_error_that_writes_nothing(self):
        self.redis.set(LOG, "foreign")
        for call in (("sentinel_block", "subject", "user:a"), ("sentinel_allow", "subject", "user:a")):
            self.fails("BADSTATE", *call)
        self.assertEqual(sorted(self.redis.keys()), [LOG.encode()])
