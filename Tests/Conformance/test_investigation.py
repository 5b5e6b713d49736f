"""What people look into: activity that the coordinator commits, changes about a subject, cards of incidents, counters."""

import json
import unittest

from policies import DAY
from support import KEY, text
from test_raise import NOW, Raising


class Committed(Raising):
    def setUp(self):
        super().setUp()
        self.call("sentinel_lease", "owner", "one", "ttl", 60000)

    def commit(self, *words):
        return self.call("sentinel_commit", "epoch", 1, "cursor", "0-0", "entries", 0, *words)

    def test_fields_of_a_shelf_are_written_and_end_with_it(self):
        self.commit("fields", "e:#-3:63", 5000, 2, b"\0\0user:a", b"state", b"\0\1user:a", b"entry")
        self.assertEqual(self.redis.hgetall(KEY + ":e:#-3:63"), {b"\0\0user:a": b"state", b"\0\1user:a": b"entry"})
        self.assertLessEqual(self.redis.pttl(KEY + ":e:#-3:63"), 5000)

    def test_a_full_shelf_takes_no_more_and_says_so(self):
        self.redis.eval("for n = 1, 524288 do redis.call('HSET', KEYS[1], n, 'x') end", 1, KEY + ":e:#1:0")
        self.commit("fields", "e:#1:0", 5000, 1, "f", "v", "fields", "e:#1:1", 5000, 1, "f", "v")
        self.assertEqual(self.redis.hlen(KEY + ":e:#1:0"), 524288)
        self.assertEqual(self.redis.hlen(KEY + ":e:#1:1"), 1)
        day = int(self.redis.time()[0] // 86400)
        self.assertEqual(self.redis.hget(f"{KEY}:stats:{day}", "timeline_full"), b"1")

    def test_the_busiest_addresses_are_kept_and_no_others(self):
        words = [each for n in range(1500) for each in (n + 1, f"ip:{n}")]
        self.commit("busy", 7, 5000, 1500, *words)
        self.assertEqual(self.redis.zcard(KEY + ":busy:7"), 1000)
        self.assertEqual(self.redis.zrange(KEY + ":busy:7", 0, 0), [b"ip:500"])
        self.commit("busy", 7, 5000, 1, 9999, "ip:500")
        self.assertEqual(self.redis.zscore(KEY + ":busy:7", "ip:500"), 9999)

    def test_what_makes_no_sense_is_refused(self):
        for words in (("fields", "e:#1", 5, 0), ("fields", "e:#1:123", 5, 0), ("fields", "u:1", 5, 0),
                      ("busy", "x", 5, 0), ("busy", 1, 0, 0), ("busy", 1, 5, 1, 0, "ip:1"), ("busy", 1, 5, 1, 1),
                      ("busy", 1, 5, 1, 1, "x" * 65)):
            self.fails("BADARG", "sentinel_commit", "epoch", 1, "cursor", "0-0", "entries", 0, *words)


class Acts(Raising):
    def acts(self, subject):
        return [json.loads(each) for each in self.redis.lrange(f"{KEY}:acts:{subject}", 0, -1)]

    def test_changes_about_a_subject_are_noted_in_order(self):
        self.call("sentinel_block", "subject", "user:a", "duration", 1000, "by", "admin:x", "note", "n", "at", NOW)
        self.call("sentinel_unblock", "subject", "user:a", "by", "admin:y", "at", NOW + 1)
        self.call("sentinel_allow", "subject", "user:a", "at", NOW + 2)
        self.call("sentinel_disallow", "subject", "user:a", "at", NOW + 3)
        acts = self.acts("user:a")
        self.assertEqual([each["what"] for each in acts], ["block", "unblock", "allow", "disallow"])
        self.assertEqual((acts[0]["by"], acts[0]["note"], acts[0]["at"]), ("admin:x", "n", NOW))
        self.assertEqual(json.loads(acts[0]["after"])["until"], NOW + 1000)

    def test_each_of_many_reviews_is_noted_with_its_subject(self):
        ids = [self.raise_("bot_behavior", subject=f"user:{n}", at=NOW)["incident"] for n in range(3)]
        self.call("sentinel_review", "incidents", ",".join(ids), "as", "benign", "by", "admin:x", "at", NOW)
        for n in range(3):
            act = [each for each in self.acts(f"user:{n}") if each["what"] == "review"][0]
            self.assertEqual((act["after"], json.loads(act["before"])), ("benign", {ids[n]: "open"}))

    def test_they_are_bounded_and_end(self):
        for n in range(100):
            self.call("sentinel_block", "subject", "user:a", "note", "x", "at", NOW + n)
        self.assertLessEqual(self.redis.llen(KEY + ":acts:user:a"), 64)
        self.assertEqual(self.acts("user:a")[-1]["at"], NOW + 99)
        self.assertGreater(self.redis.pttl(KEY + ":acts:user:a"), 0)


class Cards(Raising):
    def cards(self, *words):
        reply = self.redis.execute_command("FCALL_RO", "sentinel_incidents", 1, KEY, "cards", 1, *words)
        rows = dict(zip(map(text, reply[::2]), reply[1::2]))["incidents"]
        return {text(id): text(card).split("\n") for id, _, card in rows}

    def test_a_card_tells_user_and_address_and_is_found_by_them(self):
        first = self.raise_("bot_behavior", subject="user:a", at=NOW, ip="203.0.113.7", user="a")["incident"]
        second = self.raise_("multiple_accounts_same_ip", subject="net:2001:db8::/64", at=NOW,
                             ip="2001:db8::1", user="b")["incident"]
        cards = self.cards()
        self.assertEqual(cards[first][3:6], ["user:a", "user:a", "ip:203.0.113.7"])
        self.assertEqual(cards[second][3:6], ["net:2001:db8::/64", "user:b", "net:2001:db8::/64"])
        self.assertEqual(set(self.cards("about", "ip:203.0.113.7")), {first})
        self.assertEqual(set(self.cards("about", "user:b")), {second})
        self.call("sentinel_review", "incidents", first, "as", "benign", "note", "fine")
        self.assertEqual(self.cards("about", "user:a")[first][0], "3eb")
        self.assertEqual(self.cards("about", "user:a")[first][-1], "fine")

    def test_growing_without_an_address_keeps_the_last(self):
        id = self.raise_("bot_behavior", subject="user:a", at=NOW, ip="203.0.113.7", user="a")["incident"]
        self.raise_("bot_behavior", subject="user:a", at=NOW + 5)
        self.assertEqual(self.cards()[id][5], "ip:203.0.113.7")


class Counters(Raising):
    def test_incidents_and_blocks_are_counted_on_the_day_of_redis(self):
        self.raise_("malicious_content", subject="user:a", at=NOW)
        self.raise_("malicious_content", subject="user:a", at=NOW + 1)
        self.call("sentinel_block", "subject", "user:b", "reason", "SPAM", "at", NOW)
        self.call("sentinel_block", "subject", "user:b", "reason", "SPAM", "at", NOW)
        key = f"{KEY}:stats:{self.redis.time()[0] * 1000 // DAY}"
        counters = self.redis.hgetall(key)
        self.assertEqual(counters[b"incident:malicious_content:4:enforce"], b"1")
        self.assertEqual(counters[b"block:SPAM"], b"1")
        self.assertGreater(self.redis.pttl(key), 0)


if __name__ == "__main__":
    unittest.main()
