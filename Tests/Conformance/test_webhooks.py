"""Webhooks as Redis keeps them: who gets alerts, how far each is, and what could not be delivered."""

import json
import unittest

from support import KEY, LibraryTest

NOW = 1_900_000_000_000
SECRET = "whsec_" + "A" * 43 + "="
LOG = "sentinel:alerts:log"
LETTERS = KEY + ":deadletters"


class Webhooks(LibraryTest):
    def setUp(self):
        super().setUp()
        self.call("sentinel_lease", "owner", "me", "ttl", 600_000, "task", "webhooks")

    def add(self, id="w0000001", **more):
        fields = {"id": id, "name": "ops", "url": "https://hooks.example.org/T0/secret?x=1", "form": "json",
                  "secret": SECRET, "at": NOW, **more}
        return self.call("sentinel_webhook_add", *[each for pair in fields.items() for each in pair])

    def alert(self):
        self.call("sentinel_alert_test", "at", NOW)
        return self.redis.xrevrange(LOG, count=1)[0][0].decode()

    def done(self, outcome, *more, id="w0000001"):
        return self.call("sentinel_webhook_done", "id", id, "epoch", 1, "outcome", outcome, "at", NOW, *more)["moved"]

    def state(self, id="w0000001"):
        return {k.decode(): v.decode() for k, v in self.redis.hgetall(f"{KEY}:webhook:{id}").items()}

    def test_it_begins_behind_the_newest_alert_and_the_audit_log_gets_no_secret(self):
        place = self.alert()
        self.assertEqual(self.add(severity=3, modules="spam,content", by="admin:ada")["cursor"], place)
        self.assertEqual(self.state(), {"cursor": place, "seq": "1"})
        kept = json.loads(self.redis.hget(KEY + ":webhooks", "w0000001"))
        self.assertEqual((kept["place"], kept["severity"], kept["modules"]),
                         ("https://hooks.example.org", 3, ["spam", "content"]))
        self.assertEqual(self.call("sentinel_webhook_remove", "id", "w0000001", "at", NOW), {"removed": 1})
        self.assertEqual(self.call("sentinel_webhook_remove", "id", "w0000001", "at", NOW), {"removed": 0})
        log = str(self.redis.xrange(KEY + ":audit"))
        self.assertNotIn("/T0/", log)
        self.assertNotIn(SECRET, log)
        self.assertIn("hooks.example.org", log)
        self.assertEqual(self.state(), {})

    def test_the_cursor_only_moves_forward(self):
        self.add()
        first, second = self.alert(), self.alert()
        self.assertEqual(self.done("delivered", "cursor", second, "seq", 2), 1)
        self.assertEqual(self.done("skipped", "cursor", first, "seq", 1), 1)
        self.assertEqual(self.state(), {"cursor": second, "seq": "2", "delivered": "1"})

    def test_a_receiver_that_is_away_moves_nothing_and_is_told(self):
        self.add()
        place = self.alert()
        self.done("failed", "error", "connection refused")
        self.done("failed", "error", "timeout")
        self.assertEqual(self.state(), {"cursor": "0-0", "seq": "0", "failing": str(NOW), "error": "timeout"})
        self.done("delivered", "cursor", place, "seq", 1, "lost", 4)
        self.assertEqual(self.state(), {"cursor": place, "seq": "1", "delivered": "1", "lost": "4"})
        stats = self.redis.hgetall(f"{KEY}:stats:{NOW // 86_400_000}")
        self.assertEqual({k: v for k, v in stats.items() if k.startswith(b"delivery")},
                         {b"delivery:failed": b"2", b"delivery:delivered": b"1", b"delivery:lost": b"4"})

    def test_what_is_not_wanted_becomes_a_dead_letter_and_can_be_sent_once_more(self):
        self.add()
        place = self.alert()
        self.done("dead", "cursor", place, "seq", 1, "error", "it answered 404")
        [(letter, fields)] = self.redis.xrange(LETTERS)
        self.assertEqual((fields[b"webhook"], fields[b"error"]), (b"w0000001", b"it answered 404"))
        self.assertEqual(json.loads(fields[b"alert"])["seq"], 1)
        again = self.call("sentinel_webhook_resend", "letters", f"{letter.decode()},1-1", "at", NOW)
        self.assertEqual(again, {"resent": 1, "gone": 1})
        self.assertEqual(self.redis.xlen(LETTERS), 0)
        self.assertEqual(self.redis.lrange(KEY + ":again:w0000001", 0, -1), [fields[b"alert"]])
        self.done("dead", "again", 1, "error", "it answered 410")
        self.assertEqual(self.redis.xlen(LETTERS), 1)
        [(letter, fields)] = self.redis.xrange(LETTERS)
        self.call("sentinel_webhook_resend", "letters", letter, "at", NOW)
        self.done("delivered", "again", 1)
        self.assertEqual(self.redis.llen(KEY + ":again:w0000001"), 0)
        self.assertEqual(self.state()["cursor"], place)

    def test_there_are_at_most_a_thousand_dead_letters_and_32_webhooks(self):
        self.add()
        place = self.alert()
        for _ in range(1005):
            self.done("dead", "cursor", place, "seq", 1)
        self.assertEqual(self.redis.xlen(LETTERS), 1000)
        for number in range(2, 33):
            self.add(f"w{number:07}")
        self.assertIn("no room", self.fails("BADARG", "sentinel_webhook_add", "id", "w0000099", "name", "x", "url",
                                            "http://a", "form", "json", "secret", SECRET, "at", NOW))

    def test_only_who_holds_the_lease_of_the_task_reports(self):
        self.add()
        self.call("sentinel_lease", "owner", "other", "ttl", 600_000)
        self.assertEqual(self.call("sentinel_lease", "owner", "you", "ttl", 1000, "task", "webhooks")["owner"], "me")
        self.redis.delete(KEY + ":lease:webhooks")
        self.assertEqual(self.call("sentinel_lease", "owner", "you", "ttl", 1000, "task", "webhooks")["epoch"], "2")
        self.fails("FENCED", "sentinel_webhook_done", "id", "w0000001", "epoch", 1, "outcome", "failed", "at", NOW)
        self.assertEqual(self.redis.exists(KEY + ":lease:webhooks"), 1)


if __name__ == "__main__":
    unittest.main()
