"""Incidents, alerts and blocks: what sentinel_raise does, and that the same evidence does it once."""

import json
import re
import unittest

from policies import DAY
from support import KEY, LibraryTest, pairs, standard_policy

NOW = 1_900_000_000_000
QUARTER = 900_000


class Raising(LibraryTest):
    def setUp(self):
        super().setUp()
        self.events = 0
        self.listener = self.redis.pubsub(ignore_subscribe_messages=True)
        self.listener.subscribe("sentinel:alerts", "sentinel:blocks")
        for _ in range(2):
            self.listener.get_message(timeout=1)

    def tearDown(self):
        self.listener.close()

    def heard(self, channel):
        """The messages of a channel since the last look, all channels being emptied."""
        messages = []
        self.redis.publish("sentinel:alerts", '"end"')
        while True:
            message = self.listener.get_message(timeout=5)
            self.assertIsNotNone(message, "a channel fell silent")
            body = json.loads(message["data"])
            if body == "end":
                return messages
            if message["channel"] == b"sentinel:" + channel.encode():
                messages.append(body)

    def raise_(self, rule, subject="user:u", at=NOW, event=None, **more):
        self.events += 1
        fields = {"rule": rule, "subject": subject, "event": event or f"{self.events}-0", "at": at, **more}
        return self.call("sentinel_raise", *[each for pair in fields.items() for each in pair])

    def block_key(self, subject="user:u"):
        value = self.redis.get("sentinel:block:" + subject)
        return value and json.loads(value)

    def incident(self, id):
        return {k.decode(): v.decode() for k, v in self.redis.hgetall(f"{KEY}:incident:{id}").items()}


class Raise(Raising):
    # Incidents.

    def test_an_incident_opens_once_and_grows(self):
        first = self.raise_("rate_limit_hit", at=NOW, description="11 messages in a minute")
        self.assertEqual(first, {"outcome": "opened", "incident": "i0-1", "count": 1, "seq": 1})
        second = self.raise_("rate_limit_hit", at=NOW + 5, evidence='{"a": [1]}')
        self.assertEqual(second, {"outcome": "grown", "incident": "i0-1", "count": 2})
        stored = self.incident("i0-1")
        self.assertEqual({k: stored[k] for k in ("id", "rule", "module", "subject", "first", "last", "count", "mode",
                                                 "severity", "event", "evidence")},
                         {"id": "i0-1", "rule": "rate_limit_hit", "module": "spam", "subject": "user:u",
                          "first": str(NOW), "last": str(NOW + 5), "count": "2", "mode": "enforce", "severity": "2",
                          "event": "2-0", "evidence": '{"a": [1]}'})
        self.assertEqual(self.redis.zrange(KEY + ":incidents", 0, -1, withscores=True), [(b"i0-1", NOW + 5)])
        self.assertEqual(len(self.heard("alerts")), 1)

    def test_each_rule_and_each_subject_has_its_own(self):
        self.assertEqual(self.raise_("rate_limit_hit")["incident"], "i0-1")
        self.assertEqual(self.raise_("daily_limit_hit")["incident"], "i0-2")
        self.assertEqual(self.raise_("rate_limit_hit", subject="ip:10.0.0.1")["incident"], "i0-3")
        self.assertEqual(self.raise_("rate_limit_hit", subject="ip:::ffff:10.0.0.1")["incident"], "i0-3")

    def test_a_quiet_day_ends_it(self):
        self.raise_("rate_limit_hit", at=NOW)
        self.assertEqual(self.raise_("rate_limit_hit", at=NOW + DAY - 1)["incident"], "i0-1")
        self.assertEqual(self.raise_("rate_limit_hit", at=NOW + DAY - 1 + DAY)["outcome"], "opened")
        self.assertEqual(self.incident("i0-2")["count"], "1")

    def test_the_same_event_counts_once(self):
        self.raise_("rate_limit_hit", event="5-3")
        known = {"outcome": "known", "incident": "i0-1"}
        self.assertEqual(self.raise_("rate_limit_hit", event="5-3"), known)
        self.assertEqual(self.raise_("rate_limit_hit", event="5-2"), known)
        self.assertEqual(self.raise_("rate_limit_hit", event="4-9"), known)
        self.assertEqual(self.raise_("rate_limit_hit", event="5-10")["count"], 2)
        self.assertEqual(self.raise_("rate_limit_hit", event="40-0")["count"], 3)

    def test_the_same_event_counts_once_even_after_the_incident_is_over(self):
        self.raise_("rate_limit_hit", event="5-3")
        self.assertEqual(self.raise_("rate_limit_hit", event="5-3", at=NOW + 3 * DAY)["outcome"], "known")

    def test_several_events_at_once_count_each_once(self):
        self.assertEqual(self.raise_("rate_limit_hit", event="5-0", events="1-0,2-0,5-0")["count"], 3)
        self.assertEqual(self.raise_("rate_limit_hit", event="5-0", events="1-0,2-0,5-0")["outcome"], "known")
        self.assertEqual(self.raise_("rate_limit_hit", event="7-0", events="5-0,6-0,7-0,6-0,7-0")["count"], 5)

    # Who may.

    def test_only_the_standing_lease_raises(self):
        self.call("sentinel_lease", "owner", "a", "ttl", 1000)
        self.raise_("rate_limit_hit", epoch=1)
        self.redis.delete(KEY + ":lease")
        self.assertIn("has no owner", self.fails("FENCED", "sentinel_raise", "rule", "rate_limit_hit", "subject", "user:u",
                                                 "event", "9-0", "at", NOW, "epoch", 1))
        self.call("sentinel_lease", "owner", "b", "ttl", 1000)
        self.assertIn("is at '2'", self.fails("FENCED", "sentinel_raise", "rule", "rate_limit_hit", "subject", "user:u",
                                              "event", "9-0", "at", NOW, "epoch", 1))
        self.assertEqual(self.raise_("rate_limit_hit", epoch=2)["count"], 2)

    def test_the_allow_list_wins(self):
        self.call("sentinel_allow", "subject", "user:u", "at", NOW)
        self.call("sentinel_allow", "subject", "net:10.0.0.0/16", "at", NOW)
        before = self.redis.dbsize()
        self.assertEqual(self.raise_("malicious_content"), {"outcome": "allowed"})
        self.assertEqual(self.raise_("malicious_content", subject="ip:10.0.3.4"), {"outcome": "allowed"})
        self.assertEqual(self.redis.dbsize(), before)
        self.call("sentinel_disallow", "subject", "user:u", "at", NOW)
        self.assertEqual(self.raise_("malicious_content")["outcome"], "opened")

    # Blocks.

    def test_a_rule_with_a_block_blocks_at_once(self):
        reply = self.raise_("bot_behavior", at=NOW)
        self.assertEqual(reply, {"outcome": "opened", "incident": "i0-1", "count": 1, "seq": 1,
                                 "blocked": NOW + QUARTER, "ref": "b0-1"})
        self.assertEqual(self.redis.get("sentinel:block:user:u").decode(),
                         '{"action":"block","reason":"ABUSE","rule":"bot_behavior","incident":"i0-1","ref":"b0-1",'
                         f'"by":"sentinel","note":null,"since":{NOW},"until":{NOW + QUARTER}}}')
        self.assertTrue(QUARTER - 5000 < self.redis.pttl("sentinel:block:user:u") <= QUARTER)
        self.assertEqual(self.incident("i0-1")["blocked"], str(NOW + QUARTER))
        verdict = self.record(kind="content", user="u", at=NOW + QUARTER - 1)
        self.assertEqual(verdict, {"verdict": "block", "rule": "bot_behavior", "subject": "user:u", "reason": "ABUSE",
                                   "retry_after_ms": 1, "ref": "b0-1"})
        self.assertEqual(self.record(kind="content", user="u", at=NOW + QUARTER)["verdict"], "allow")

    def test_the_time_doubles_up_to_the_cap(self):
        at, wanted = NOW, QUARTER
        for _ in range(12):
            self.assertEqual(self.raise_("bot_behavior", at=at)["blocked"], at + wanted)
            at += wanted + 1
            wanted = min(2 * wanted, 7 * DAY)
        self.assertEqual(wanted, 7 * DAY)

    def test_three_open_flags_block(self):
        self.assertNotIn("blocked", self.raise_("rate_limit_hit"))
        self.assertNotIn("blocked", self.raise_("daily_limit_hit"))
        self.assertNotIn("blocked", self.raise_("rate_limit_hit"))
        self.assertEqual(self.raise_("ip_rotation")["blocked"], NOW + QUARTER)
        # Flags that are over do not count.
        self.raise_("rate_limit_hit", subject="user:v", at=NOW)
        self.raise_("daily_limit_hit", subject="user:v", at=NOW)
        self.assertNotIn("blocked", self.raise_("ip_rotation", subject="user:v", at=NOW + DAY))

    def test_a_critical_flag_blocks_for_a_day(self):
        self.assertEqual(self.raise_("malicious_content")["blocked"], NOW + DAY)
        self.assertEqual(self.block_key()["reason"], "MALICIOUS_CONTENT")
        self.assertEqual(self.raise_("off_topic_spam", subject="user:v", severity=4)["blocked"], NOW + DAY)

    def test_a_heavier_flag_lengthens_a_standing_block_and_a_lighter_one_does_not(self):
        self.raise_("bot_behavior")
        self.assertEqual(self.raise_("malicious_content", at=NOW + 1)["blocked"], NOW + 1 + DAY)
        self.assertNotIn("blocked", self.raise_("bot_behavior", at=NOW + 2))
        self.assertEqual(self.block_key()["until"], NOW + 1 + DAY)
        self.assertEqual([each["change"] for each in self.heard("blocks")], ["added", "changed"])

    def test_what_came_just_before_the_block_does_not_prolong_it(self):
        self.raise_("bot_behavior", at=NOW)
        self.assertEqual(len(self.heard("alerts")), 1)
        for n in range(1, 20):
            self.assertNotIn("blocked", self.raise_("bot_behavior", at=NOW + 100 * n))
        self.assertEqual(self.heard("alerts"), [])
        self.assertEqual(self.raise_("bot_behavior", at=NOW + QUARTER // 2)["blocked"], NOW + QUARTER // 2 + QUARTER)
        self.assertEqual([each["change"] for each in self.heard("alerts")], ["blocked"])

    def test_a_block_of_an_admin_is_not_touched(self):
        for extra in ([], ["duration", 5]):
            self.call("sentinel_block", "subject", "user:u", "by", "admin:eve", "note", "härt", "at", NOW, *extra)
            before = self.redis.get("sentinel:block:user:u")
            self.assertNotIn("blocked", self.raise_("malicious_content", at=NOW + 1))
            self.assertEqual(self.redis.get("sentinel:block:user:u"), before)

    def test_after_an_unblocking_old_evidence_is_spent(self):
        for n in range(3):
            self.raise_("bot_behavior", at=NOW + n * DAY)
        self.assertEqual(self.call("sentinel_unblock", "subject", "user:u", "at", NOW + 2 * DAY + 5), {"lifted": 1})
        self.assertIsNone(self.block_key())
        for at in (NOW, NOW + 2 * DAY + 5):
            self.assertEqual(self.raise_("malicious_content", at=at), {"outcome": "stale"})
        # New evidence counts, and the doubling starts anew.
        later = NOW + 2 * DAY + 6
        self.assertEqual(self.raise_("bot_behavior", at=later)["blocked"], later + QUARTER)
        told = self.redis.xrevrange(KEY + ":events", count=1)[0][1]
        self.assertEqual(told, {b"kind": b"unblock", b"subject": b"user:u", b"at": str(NOW + 2 * DAY + 5).encode()})

    # Alerts.

    def test_channel_and_log_carry_the_same_alerts_without_gaps(self):
        for n in range(30):
            self.raise_(("rate_limit_hit", "bot_behavior", "malicious_content")[n % 3], subject=f"user:{n % 7}", at=NOW + n)
        heard = self.heard("alerts")
        logged = [fields for _, fields in self.redis.xrange("sentinel:alerts:log")]
        self.assertEqual([each["seq"] for each in heard], list(range(1, len(heard) + 1)))
        self.assertEqual([json.loads(each[b"alert"]) for each in logged], heard)
        self.assertEqual([int(each[b"seq"]) for each in logged], [each["seq"] for each in heard])

    def test_an_alert_says_all(self):
        self.raise_("bot_behavior", subject="user:ü%", description='said "hi"\n\t', evidence='{"cv": 0.01, "l": []}')
        self.assertEqual(self.heard("alerts"), [{
            "seq": 1, "at": NOW, "change": "opened", "incident": "i0-1", "rule": "bot_behavior", "module": "automation",
            "severity": 3, "mode": "enforce", "subject": "user:%C3%BC%25", "count": 1, "description": 'said "hi"\n\t',
            "block": {"until": NOW + QUARTER, "ref": "b0-1", "subjects": ["user:%C3%BC%25"]}, "evidence": {"cv": 0.01, "l": []}}])

    def test_blocks_tell_of_each_change(self):
        self.call("sentinel_block", "subject", "user:a", "at", NOW, "duration", 10)
        self.call("sentinel_block", "subject", "user:a", "at", NOW + 1)
        self.call("sentinel_unblock", "subject", "user:a", "at", NOW + 2)
        self.call("sentinel_unblock", "subject", "user:a", "at", NOW + 2)
        told = self.heard("blocks")
        self.assertEqual([(each["seq"], each["change"], each["subject"]) for each in told],
                         [(1, "added", "user:a"), (2, "changed", "user:a"), (3, "lifted", "user:a")])
        self.assertEqual(told[2]["block"], told[1]["block"])
        audit = [fields[b"what"] for _, fields in self.redis.xrange(KEY + ":audit")]
        self.assertEqual(audit, [b"block", b"block", b"unblock"])


class Shadow(Raising):
    """Three rules in shadow: they tell, and do nothing."""

    @classmethod
    def setUpClass(cls):
        policy = standard_policy()
        for rule in ("bot_behavior", "malicious_content", "rate_limit_hit"):
            head, _, tail = policy.partition(f"    {rule} = {{")
            policy = head + f"    {rule} = {{" + tail.replace("shadow = false", "shadow = true", 1)
        cls.policy = policy
        super().setUpClass()

    def test_a_shadow_rule_blocks_nothing_and_counts_for_nothing(self):
        for rule in ("bot_behavior", "malicious_content", "rate_limit_hit"):
            self.assertEqual(set(self.raise_(rule)), {"outcome", "incident", "count", "seq"})
        self.assertEqual({each["mode"] for each in self.heard("alerts")}, {"shadow"})
        self.assertEqual(self.incident("i0-1")["mode"], "shadow")
        self.assertNotIn("blocked", self.raise_("ip_rotation"))
        self.assertIsNone(self.block_key())


class BlockOptions(LibraryTest):
    """What a rule's block may say: whom it is on, what the edge does, how it grows."""

    BLOCK = re.compile(r"false, block = \{ \['for'\] = 900000, cap = 604800000, escalation = 2.0, action = 'block', on = 'subject' \}")

    def load(self, **options):
        block = {"for": 900_000, "cap": 604_800_000, "escalation": 2.0, "action": "block", "on": "subject", **options}
        words = ", ".join(f"['{name}'] = {value!r}" for name, value in block.items() if name != "silent")
        policy, count = self.BLOCK.subn(f"false, block = {{ {words} }}", standard_policy())
        self.assertEqual(count, 1)
        if options.get("silent"):
            policy = policy.replace("    bot_behavior = {", "    bot_behavior = { silent = true,")
        self.server.load(policy)
        self.addCleanup(self.server.load, self.policy)

    def flag(self, at=NOW, **more):
        return self.call("sentinel_raise", *pairs({"rule": "bot_behavior", "subject": "user:u", "event": f"{at}-0", "at": at, **more}))

    def blocked(self):
        return sorted(self.redis.keys("sentinel:block:*"))

    def test_it_is_on_whom_the_policy_says(self):
        who = {"user": "v", "ip": "2001:db8::1"}
        for on, wanted in (("subject", [b"user:u"]), ("user", [b"user:v"]), ("ip", [b"net:2001:db8::/64"]),
                           ("both", [b"net:2001:db8::/64", b"user:v"])):
            self.redis.flushall()
            self.load(on=on)
            self.assertEqual(self.flag(**who)["outcome"], "opened")
            self.assertEqual(self.blocked(), [b"sentinel:block:" + each for each in wanted])
            alert = json.loads(self.redis.xrange("sentinel:alerts:log")[0][1][b"alert"])
            self.assertEqual(sorted(alert["block"]["subjects"]), [each.decode() for each in wanted])
            self.redis.flushall()
            self.assertEqual(self.flag()["outcome"], "opened", "an event without user and address")
            self.assertEqual(self.blocked(), [b"sentinel:block:user:u"] if on == "subject" else [])

    def test_the_allow_list_and_the_watermark_hold_for_each_of_them(self):
        self.redis.set(KEY + ":clock", "replay")
        self.load(on="both")
        self.call("sentinel_allow", "subject", "ip:10.0.0.1", "at", NOW)
        self.flag(user="v", ip="10.0.0.1")
        self.assertEqual(self.blocked(), [b"sentinel:block:user:v"])
        self.call("sentinel_unblock", "subject", "user:v", "at", NOW + 5)
        self.flag(at=NOW + 5, user="v", ip="10.0.0.1")
        self.assertEqual(self.blocked(), [])
        self.flag(at=NOW + 6, user="v", ip="10.0.0.1")
        self.assertEqual(self.blocked(), [b"sentinel:block:user:v"])

    def test_action_and_growth_are_the_policys(self):
        self.redis.set(KEY + ":clock", "replay")
        self.load(action="challenge", escalation=3.0, cap=5_000_000)
        at, lengths = NOW, []
        for _ in range(4):
            till = int(self.flag(at=at)["blocked"])
            self.assertEqual(self.record(kind="content", user="u", at=at + 1)["verdict"], "challenge")
            lengths.append(till - at)
            at = till + 1
        self.assertEqual(lengths, [900_000, 2_700_000, 5_000_000, 5_000_000])

    def test_a_silent_rule_has_incidents_and_no_alerts(self):
        self.load(silent=True)
        self.assertEqual(self.flag()["outcome"], "opened")
        self.assertEqual(self.redis.xlen("sentinel:alerts:log"), 0)
        self.assertEqual(self.redis.zcard(KEY + ":incidents"), 1)
        self.assertEqual(self.blocked(), [b"sentinel:block:user:u"])


if __name__ == "__main__":
    unittest.main()
