"""Reviews: what they change, that they are undone as easily, and what they teach of a rule."""

import json
import unittest

from policies import DAY
from support import KEY, snapshot
from test_raise import NOW, Raising


class Review(Raising):
    def review(self, incidents, disposition, **more):
        fields = {"incidents": incidents, "as": disposition, "at": NOW + 50, **more}
        return self.call("sentinel_review", *[each for pair in fields.items() for each in pair])

    def outcomes(self):
        return {k.decode(): int(v) for k, v in self.redis.hgetall(KEY + ":reviews").items() if int(v)}

    def pending(self):
        return [each.decode() for each in self.redis.zrange(KEY + ":pending", 0, -1)]

    def test_a_review_is_kept_with_who_and_when(self):
        self.raise_("rate_limit_hit")
        self.assertEqual(self.pending(), ["i0-1"])
        self.assertEqual(self.review("i0-1", "confirmed", by="admin:ada", note="ticket 4711"),
                         {"changed": 1, "unchanged": 0})
        stored = self.incident("i0-1")
        self.assertEqual([stored[k] for k in ("disposition", "reviewed_at", "reviewed_by", "review_note")],
                         ["confirmed", str(NOW + 50), "admin:ada", "ticket 4711"])
        self.assertEqual(self.pending(), [])
        self.assertEqual(self.outcomes(), {"rate_limit_hit confirmed": 1})

    def test_a_review_taken_back_leaves_nothing_but_the_audit(self):
        self.raise_("rate_limit_hit")
        before = snapshot(self.redis)
        self.review("i0-1", "false_positive")
        self.review("i0-1", "open")
        after = snapshot(self.redis)
        changed = {key.decode() for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        self.assertEqual(changed - {KEY + ":audit", KEY + ":audit:head", KEY + ":reviews", KEY + ":acts:user:u"}, set())
        self.assertEqual(self.outcomes(), {})

    def test_another_disposition_moves_the_count(self):
        self.raise_("rate_limit_hit")
        self.raise_("rate_limit_hit", subject="user:v")
        self.review("i0-1,i0-2", "confirmed")
        self.assertEqual(self.outcomes(), {"rate_limit_hit confirmed": 2})
        self.review("i0-2", "benign")
        self.assertEqual(self.outcomes(), {"rate_limit_hit confirmed": 1, "rate_limit_hit benign": 1})

    def test_the_same_again_changes_nothing(self):
        self.raise_("rate_limit_hit")
        self.review("i0-1", "benign", note="load test")
        before = snapshot(self.redis)
        for again in ({}, {"note": "load test"}):
            self.assertEqual(self.review("i0-1", "benign", **again), {"changed": 0, "unchanged": 1})
        self.assertEqual(snapshot(self.redis), before)
        self.assertEqual(self.review("i0-1", "benign", note="of us")["changed"], 1)
        self.assertEqual(self.incident("i0-1")["review_note"], "of us")
        self.assertEqual(self.outcomes(), {"rate_limit_hit benign": 1})

    def test_what_is_not_there_is_named_and_holds_nobody_up(self):
        self.raise_("rate_limit_hit")
        self.assertEqual(self.review("i0-9,i0-1,i1-1,i0-1", "confirmed"),
                         {"changed": 1, "unchanged": 0, "missing": "i0-9,i1-1"})

    def test_at_most_five_hundred_at_once(self):
        for n in range(1, 502):
            self.raise_("rate_limit_hit", subject=f"user:{n}")
        ids = [f"i0-{n}" for n in range(1, 502)]
        self.assertIn("501 ids", self.fails("BADARG", "sentinel_review", "incidents", ",".join(ids), "as", "benign"))
        self.assertEqual(self.review(",".join(ids[:500]), "benign")["changed"], 500)
        self.assertEqual(self.pending(), ["i0-501"])
        self.assertEqual(len(self.redis.xrange(KEY + ":audit")), 1)

    def test_a_false_positive_is_no_open_flag_any_more(self):
        self.raise_("rate_limit_hit")
        self.raise_("daily_limit_hit")
        self.review("i0-2", "false_positive")
        self.assertNotIn("blocked", self.raise_("ip_rotation"))
        self.review("i0-2", "open")
        self.assertIn("blocked", self.raise_("repetitive_messages"))

    def test_a_confirmed_one_still_counts_and_grows(self):
        self.raise_("rate_limit_hit")
        self.raise_("daily_limit_hit")
        self.review("i0-1,i0-2", "confirmed")
        self.assertEqual(self.raise_("rate_limit_hit")["outcome"], "grown")
        self.assertEqual(self.pending(), [])
        self.assertIn("blocked", self.raise_("ip_rotation"))

    def test_after_a_false_positive_new_evidence_opens_another_and_old_does_not(self):
        self.raise_("rate_limit_hit", event="5-0")
        self.review("i0-1", "false_positive")
        self.assertEqual(self.raise_("rate_limit_hit", event="5-0")["outcome"], "known")
        self.assertEqual(self.raise_("rate_limit_hit", event="6-0")["incident"], "i0-2")
        # Taking the first review back does not bring it over the second.
        self.review("i0-1", "open")
        self.assertEqual(self.raise_("rate_limit_hit", event="7-0")["incident"], "i0-2")
        self.assertEqual(self.pending(), ["i0-1", "i0-2"])

    def test_what_is_over_is_pending_no_longer(self):
        self.raise_("rate_limit_hit")
        self.raise_("rate_limit_hit", subject="user:v", at=NOW + 31 * DAY)
        self.assertEqual(self.pending(), ["i0-2"])

    def test_the_audit_log_says_what_was_before(self):
        self.raise_("rate_limit_hit")
        self.raise_("daily_limit_hit")
        self.review("i0-1", "benign", by="admin:ada")
        self.review("i0-1,i0-2", "confirmed", by="admin:bob", note="both")
        first, second = [{k.decode(): v.decode() for k, v in fields.items()}
                         for _, fields in self.redis.xrange(KEY + ":audit")]
        self.assertEqual([first[k] for k in ("n", "by", "what", "subject", "after")],
                         ["1", "admin:ada", "review", "user:u", "benign"])
        self.assertEqual(json.loads(first["before"]), {"i0-1": "open"})
        self.assertEqual(json.loads(second["before"]), {"i0-1": "benign", "i0-2": "open"})
        self.assertEqual([second[k] for k in ("by", "after", "note", "subject")], ["admin:bob", "confirmed", "both", ""])


if __name__ == "__main__":
    unittest.main()
