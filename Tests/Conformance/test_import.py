"""Lists of blocks: imported in pieces, one entry in the audit log for each; and blocks that are changed."""

import json
import unittest

from support import KEY, text
from test_raise import NOW, Raising


class Import(Raising):
    def import_(self, *rows, **fields):
        head = [each for pair in {"at": NOW, **fields}.items() for each in pair]
        words = [each for row in rows for each in (*row, *[""] * (5 - len(row)))]
        reply = self.redis.execute_command("FCALL", "sentinel_import", 1, KEY, *head, "blocks", *words)
        reply = dict(zip(map(text, reply[::2]), reply[1::2]))
        failed = dict(zip(reply["failed"][::2], map(text, reply["failed"][1::2])))
        return reply["added"], reply["changed"], failed

    def test_blocks_are_set_as_each_row_says(self):
        self.assertEqual(self.import_(("ip:203.0.113.7", 5000, "challenge", "SPAM", "seen"), ("user:a", "permanent"),
                                      by="admin:x", note="list"), (2, 0, {}))
        block = self.block_key("ip:203.0.113.7")
        self.assertEqual((block["action"], block["reason"], block["note"], block["by"], block["until"]),
                         ("challenge", "SPAM", "seen", "admin:x", NOW + 5000))
        block = self.block_key("user:a")
        self.assertEqual((block["action"], block["reason"], block["note"], block["until"]),
                         ("block", "MANUAL", "list", None))
        self.assertEqual(self.import_(("user:a", 1)), (0, 1, {}))
        self.assertEqual(self.check(user="a", kind="message", at=NOW)["verdict"], "block")

    def test_one_that_is_wrong_does_not_hold_up_the_others(self):
        self.call("sentinel_allow", "subject", "user:good", "at", NOW)
        added, _, failed = self.import_(("user:a", 1), ("ip:nonsense", 1), ("user:good", 1), ("user:b", 0), ("user:a", 1),
                                        ("user:c", 1, "kill"), ("user:d", 1, "", "BOREDOM"), ("user:e", "permanent"))
        self.assertEqual(added, 2)
        self.assertEqual(set(failed), {2, 3, 4, 5, 6, 7})
        self.assertTrue(failed[3].startswith("ALLOWED "), failed)
        self.assertIsNone(self.block_key("user:good"))

    def test_the_audit_log_has_one_entry_that_names_them_all(self):
        self.import_(*[(f"user:{n}", 1000) for n in range(100)], by="admin:x")
        entries = self.redis.xrange(KEY + ":audit")
        self.assertEqual(len(entries), 1)
        self.assertEqual(entries[0][1][b"what"], b"import")
        self.assertEqual(set(json.loads(entries[0][1][b"after"]).values()), {f"user:{n}" for n in range(100)})

    def test_calls_that_make_no_sense_write_nothing(self):
        row = ("user:a", "1", "", "", "")
        for words in ((), ("blocks", "user:a"), ("blocks", *row * 101), ("nonsense", "x", "blocks", *row),
                      ("by", "x\1", "blocks", *row)):
            self.fails("BADARG", "sentinel_import", *words)
        self.assertEqual(self.redis.keys(KEY + ":audit"), [])

    def test_edges_are_told_of_each(self):
        listener = self.redis.pubsub()
        listener.subscribe("sentinel:blocks")
        listener.get_message(timeout=1)
        self.import_(("user:a", 1000), ("user:b", 1000))
        changes = [json.loads(listener.get_message(timeout=1)["data"]) for _ in range(2)]
        listener.close()
        self.assertEqual([(each["change"], each["subject"]) for each in changes],
                         [("added", "user:a"), ("added", "user:b")])
        self.assertEqual(changes[1]["seq"], changes[0]["seq"] + 1)


class Change(Raising):
    def test_what_is_not_given_stays(self):
        self.call("sentinel_block", "subject", "user:a", "duration", 5000, "reason", "SPAM", "note", "first", "at", NOW)
        reply = self.call("sentinel_block", "subject", "user:a", "keep", 1, "note", "second", "by", "admin:y", "at", NOW + 9)
        self.assertEqual((reply["change"], int(reply["until"])), ("changed", NOW + 5000))
        block = self.block_key("user:a")
        self.assertEqual((block["reason"], block["note"], block["by"], block["since"], block["until"]),
                         ("SPAM", "second", "admin:y", NOW, NOW + 5000))
        reply = self.call("sentinel_block", "subject", "user:a", "keep", 1, "duration", "permanent", "at", NOW + 9)
        self.assertEqual((reply["until"], self.block_key("user:a")["note"]), ("permanent", "second"))

    def test_without_a_block_nothing_changes(self):
        reply = self.call("sentinel_block", "subject", "user:a", "keep", 1, "note", "x", "at", NOW)
        self.assertEqual(reply, {"change": "none", "subject": "user:a"})
        self.assertEqual(self.redis.keys(KEY + ":*block*"), [])


if __name__ == "__main__":
    unittest.main()
