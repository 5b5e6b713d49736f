"""The audit log: its chain is computed anew here, over every kind of change."""

import hashlib
import unittest

from support import KEY, LibraryTest, standard_hash

NOW = 1_900_000_000_000
CONTENT = ("n", "at", "by", "what", "subject", "before", "after", "note")


class Audit(LibraryTest):
    def entries(self):
        return [{k.decode(): v.decode() for k, v in fields.items()}
                for _, fields in self.redis.xrange(KEY + ":audit")]

    def changes(self):
        self.call("sentinel_block", "subject", "user:u", "at", NOW, "by", "admin:ada", "note", "grüße")
        self.call("sentinel_block", "subject", "user:u", "at", NOW + 1, "by", "admin:ada", "duration", 5000)
        self.call("sentinel_unblock", "subject", "user:u", "at", NOW + 2, "by", "admin:bob", "note", "sorry")
        self.call("sentinel_allow", "subject", "user:\n%", "at", NOW + 3, "by", "admin:bob")
        self.call("sentinel_disallow", "subject", "user:\n%", "at", NOW + 4, "by", "admin:ada")
        self.call("sentinel_applied", "policy", standard_hash(), "before", "abc", "by", "admin:eve", "note", "more")

    def test_every_change_is_chained_to_the_one_before(self):
        self.changes()
        entries, prev = self.entries(), "0" * 40
        self.assertEqual([each["what"] for each in entries],
                         ["block", "block", "unblock", "allow", "disallow", "policy"])
        for n, each in enumerate(entries, 1):
            self.assertEqual((each["n"], each["prev"]), (str(n), prev))
            content = b"".join(b"%d:%s" % (len(each[k].encode()), each[k].encode()) for k in CONTENT)
            prev = each["hash"]
            self.assertEqual(prev, hashlib.sha1(each["prev"].encode() + content).hexdigest())
        self.assertEqual(self.redis.get(KEY + ":audit:head").decode(), f"{len(entries)} {prev}")

    def test_an_entry_says_who_when_what_before_and_after_and_why(self):
        self.changes()
        first, second, third, fourth, fifth, sixth = self.entries()
        self.assertEqual([first[k] for k in ("at", "by", "subject", "before", "note")],
                         [str(NOW), "admin:ada", "user:u", "", "grüße"])
        self.assertIn('"until":null', first["after"])
        self.assertEqual(second["before"], first["after"])
        self.assertEqual([third[k] for k in ("before", "after", "note")], [second["after"], "", "sorry"])
        self.assertEqual(fourth["subject"], "user:%0A%25")
        self.assertEqual(fifth["before"], fourth["after"])
        self.assertEqual([sixth[k] for k in ("before", "after", "note")], ["abc", standard_hash(), "more"])

    def test_what_changes_nothing_is_not_in_it(self):
        self.call("sentinel_unblock", "subject", "user:u", "at", NOW)
        self.call("sentinel_disallow", "subject", "user:u", "at", NOW)
        self.fails("BADARG", "sentinel_block", "subject", "nobody")
        self.assertEqual(self.entries(), [])

    def test_a_head_that_is_none_stops_changes(self):
        for head in ("", "1", "x " + "0" * 40, "1 " + "g" * 40, "1" * 30 + " " + "0" * 40):
            self.redis.set(KEY + ":audit:head", head)
            self.fails("BADSTATE", "sentinel_block", "subject", "user:u", "at", NOW)
            self.assertIsNone(self.redis.get("sentinel:block:user:u"))


if __name__ == "__main__":
    unittest.main()
