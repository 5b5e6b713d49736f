"""Ids and texts that somebody chose to hurt: they reach nobody else's keys, break no JSON, and fill no memory.

SENTINEL_NASTY_EVENTS sets how many events one subject sends (50,000; a full run is 1,000,000), a tenth of it is how many
users crowd on one address, times two.
"""

import json
import os
import random
import re
import unittest

from support import KEY, SOAK, LibraryTest, pairs, standard_policy

NOW = 1_900_000_000_000
EVENTS = int(os.environ.get("SENTINEL_NASTY_EVENTS", "1000000" if SOAK else "50000"))
RANDOM = random.Random(7)

NASTY = [
    "{}", "{1}", "{0}", "}{", "{", "}", "\n", "\r\n", "\0", "\0user:victim", ":", "::", "a:b", "user:victim", ":victim",
    "victim:", " victim", "victim ", "VICTIM", "victim\0", "victim\n", "*", "?", "[a-z]*", "user:*", "\\", "\\x00", "'", '"',
    '","x":"', "%", "%00", "%s%s%n", "$1", "`id`", "../..", "--", "9" * 256, "0", "-1", "nan", "inf", "1e309",
    "\u202evictim", "v\u0301ictim", "ｖictim", "\ufeff", "\U0001f4a9" * 60, b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80",
    b"\xf5\x80\x80\x80", bytes(range(256)), RANDOM.randbytes(256), RANDOM.randbytes(255), "\x1b[2J", "a" * 256,
    "victim,10.0.0.1", "user", "ip:10.0.0.1", "<script>", "=1+1", "NX", "KEEPTTL", "MAXLEN",
]


def raw(value):
    return value if isinstance(value, bytes) else value.encode()


class NastyIds(LibraryTest):
    def answers(self, nasty):
        """What the victims get, call by call, while somebody with nasty ids does much the same."""
        self.redis.flushall()
        self.redis.set(KEY + ":clock", "replay")
        answers = []
        for step in range(30):
            at = NOW + 5000 * step
            for id in nasty:
                for fields in ({"kind": "message", "user": id, "object": id, "id": id, "tokens": 9000},
                               {"kind": "read", "user": id, "object": id, "username": id, "ip": "198.51.100.9"}):
                    self.redis.execute_command("FCALL", "sentinel_record", 1, KEY, "at", at, *pairs(fields))
                if step == 9:
                    self.redis.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", b"user:" + raw(id), "at", at)
                if step == 20:
                    self.redis.execute_command("FCALL", "sentinel_unblock", 1, KEY, "subject", b"user:" + raw(id), "at", at)
            for user in ("victim", "a", "1"):
                for fields in ({"kind": "message", "user": user, "ip": "10.0.0.1", "tokens": 9000},
                               {"kind": "content", "user": user, "text": "t", "id": "x"},
                               {"kind": "read", "user": user, "object": f"o{step}", "ip": "10.0.0.1"}):
                    answers.append(self.redis.execute_command("FCALL", "sentinel_record", 1, KEY, "at", at, *pairs(fields)))
        return answers

    def test_nobody_else_notices(self):
        self.assertGreaterEqual(len(NASTY), 50)
        alone = self.answers([])
        self.assertEqual(self.answers(NASTY), alone)
        self.assertIn(b"limit", [each for answer in alone for each in answer])

    def test_each_id_has_keys_of_its_own(self):
        for id in NASTY:
            self.redis.flushall()
            self.redis.set(KEY + ":clock", "replay")
            for n in range(3):
                self.redis.execute_command("FCALL", "sentinel_record", 1, KEY, "kind", "read", "user", id, "object", id,
                                           "id", f"{n}", "ip", "10.0.0.1", "at", NOW)
                self.redis.execute_command("FCALL", "sentinel_record", 1, KEY, "kind", "message", "user", id, "at", NOW)
            subject = re.escape(b"user:" + raw(id))
            wanted = re.compile(rb"sentinel:\{0\}:((s:actor|w:actor\.message\.tokens|i):" + subject
                                + rb"|s:ip:ip:10\.0\.0\.1|events|clock)", re.S)
            for key in self.redis.keys("*"):
                self.assertRegex(key, re.compile(rb"\A" + wanted.pattern + rb"\Z", re.S))
            self.assertEqual(len(self.redis.keys("*")), 6)

    def test_alerts_and_blocks_stay_json(self):
        listener = self.redis.pubsub(ignore_subscribe_messages=True)
        self.addCleanup(listener.close)
        listener.subscribe("sentinel:alerts", "sentinel:blocks")
        texts = [id for id in NASTY if isinstance(id, str)]
        for n, id in enumerate(NASTY):
            subject = b"user:" + raw(id)
            note = [] if isinstance(id, bytes) or any(c < " " and c not in "\t\r\n" for c in id) else ["note", id, "by", id[:9]]
            self.redis.execute_command("FCALL", "sentinel_raise", 1, KEY, "rule", "bot_behavior", "subject", subject,
                                       "event", f"{n + 1}-0", "at", NOW, *(["description", note[1]] if note else []),
                                       "evidence", json.dumps({"text": texts[n % len(texts)], "n": [1.5, -2e-7, None]}))
            json.loads(self.redis.get(b"sentinel:block:" + subject).decode())
            self.redis.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", subject, "at", NOW, *note)
            block = json.loads(self.redis.get(b"sentinel:block:" + subject).decode())
            self.assertEqual(set(block), {"action", "reason", "rule", "incident", "ref", "by", "note", "since", "until"})
            self.assertEqual(block["note"], note[1] if note else None)
        seen = set()
        while (message := listener.get_message(timeout=0.01, ignore_subscribe_messages=True)) or len(seen) == 0:
            if message:
                seen.add(json.loads(message["data"].decode())["subject"])
        self.assertEqual(len(seen), len({raw(id) for id in NASTY}), "two subjects share a name in alerts")
        for _, fields in self.redis.xrange("sentinel:alerts:log"):
            json.loads(fields[b"alert"].decode())
        for _, fields in self.redis.xrange(KEY + ":audit"):
            fields[b"subject"].decode()

    def test_a_text_of_a_mebibyte_is_cut_in_the_log(self):
        text = RANDOM.randbytes(1 << 20)
        self.assertEqual(self.record(kind="content", user="u", text=text)["verdict"], "allow")
        self.assertEqual(self.redis.xrange(KEY + ":events")[0][1][b"text"], text[:2048])
        self.fails("BADARG", "sentinel_record", "kind", "content", "user", "u", "text", text + b"x")


class Memory(LibraryTest):
    def send(self, count, event):
        pipeline = self.redis.pipeline(transaction=False)
        for n in range(count):
            pipeline.execute_command("FCALL", "sentinel_record", 1, KEY, *pairs(event(n)))
            if n % 1000 == 999 or n == count - 1:
                pipeline.execute()

    # What one key may take, whatever its subject sends (bytes).
    BOUNDS = {
        "s": 2_048,                      # the state: 148 bytes, a stamp, 8 values of at most 49 bytes per distinct count
        "w:actor.content": 8_192,        # at most limit + 64 entries of 5 bytes
        "w:actor.message.tokens": 163_840,  # at most 1024 + 64 entries of 21 bytes
        "i": 262_144, "j": 262_144,      # 1024 ids: with ids of 256 bytes they may take twice that
        "t": 512,
        "d:data_harvesting": 16_384,     # a slice: a HyperLogLog of 12 KiB
        "d:ip_rotation": 16_384,
        "d:multiple_accounts_same_ip": 16_384,
    }
    SLICES = 14  # of a window that live at one time: 12, the one that begins and the one that ends

    def check_bounds(self, subject):
        found = {}
        for key in self.redis.scan_iter(f"*:{subject}", count=10_000):
            name = key.decode()[len(KEY) + 1:-len(subject) - 1]
            name = re.sub(r"^s:.*", "s", re.sub(r":\d+$", "", name))
            used = self.redis.memory_usage(key, samples=0)
            self.assertLessEqual(used, self.BOUNDS[name], key)
            self.assertGreater(self.redis.pttl(key), 0, f"{key} would stay for ever")
            found.setdefault(name, []).append(used)
        for name, sizes in found.items():
            self.assertLessEqual(len(sizes), self.SLICES if name.startswith("d:") else 1, name)
        total = sum(map(sum, found.values()))
        print(f"\n{subject}: {total} bytes in all; {({name: (len(sizes), max(sizes)) for name, sizes in found.items()})}")
        return total

    def test_a_million_events_of_one_subject_fill_no_more_than_the_bounds(self):
        kinds = ("message", "content", "read", "login")
        # All within 25 minutes of the callers' clock: keys live by that of Redis, for which hours would be minutes.
        self.send(EVENTS, lambda n: {
            "kind": kinds[n % 4], "user": "flood", "ip": f"10.{n % 250}.{n // 250 % 250}.1", "tokens": 1 + n % 7, "object": n,
            "id": f"an id of some length {n}", "text": "x" * 40, "at": NOW + 1_500_000 * n // EVENTS})
        self.assertLess(self.check_bounds("user:flood"), 1_500_000)
        self.assertLessEqual(self.redis.xlen(KEY + ":events"), 251_000)

    def test_a_subject_that_only_alerts_has_bounded_windows(self):
        self.server.load(standard_policy().replace("enforce = true", "enforce = false"))
        self.addCleanup(self.server.load, self.policy)
        self.send(EVENTS // 5, lambda n: {"kind": ("message", "content")[n % 2], "user": "loud", "tokens": 1, "at": NOW + n})
        self.check_bounds("user:loud")
        self.assertLessEqual(self.redis.zcard(KEY + ":w:actor.message.tokens:user:loud"), 1024 + 64)
        self.assertLessEqual(self.redis.zcard(KEY + ":w:actor.content:user:loud"), 21 + 64)

    def test_many_users_on_one_address_cost_the_address_no_more(self):
        users = EVENTS // 5
        self.send(users, lambda n: {"kind": "signup", "user": f"crowd{n}", "ip": "192.0.2.1", "at": NOW + 40 * n})
        self.check_bounds("ip:192.0.2.1")
        counts = [self.redis.pfcount(key) for key in self.redis.keys("*:d:multiple_accounts_same_ip:*")]
        self.assertAlmostEqual(sum(counts), users, delta=users * 0.05)
        sample = [self.redis.memory_usage(key) for key in self.redis.keys("*:user:crowd1")]
        print(f"a user seen once: {sum(sample)} bytes in {len(sample)} keys")
        self.assertLess(sum(sample), 1024)

    def test_a_blocked_subject_is_tallied_not_logged(self):
        self.call("sentinel_block", "subject", "user:banned", "at", NOW, "duration", 10_000_000)
        self.send(EVENTS // 5, lambda n: {"kind": "message", "user": "banned", "text": "x" * 100, "at": NOW + n})
        self.assertEqual(self.redis.xlen(KEY + ":events"), 0)
        self.assertEqual(int(self.redis.get(KEY + ":t:user:banned")), EVENTS // 5)
        self.assertIsNone(self.redis.get(KEY + ":s:actor:user:banned"))


if __name__ == "__main__":
    unittest.main()
