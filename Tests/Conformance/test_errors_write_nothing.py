"""A call that fails says what was wrong, and leaves no trace: not with bad arguments, not with foreign keys."""

import itertools
import os
import random
import re
import unittest

import redis

from support import KEY, SOAK, LibraryTest, error_text, snapshot, standard_hash

NOW = 1_900_000_000_000
WEBHOOK = ["name", "ops", "url", "https://hooks.example.org/x", "form", "json", "secret", "whsec_" + "A" * 43 + "="]
INSIDES = re.compile(r"user_function|attempt to|bad argument|Expected|stack|nil value|table:")


class Keyspace(LibraryTest):
    """A keyspace in which every kind of key exists. Its hashes keep their order, so that equal ones look equal."""

    server_arguments = ("--hash-max-listpack-value", "1000000", "--hash-max-listpack-entries", "1000000",
                        "--enable-debug-command", "yes")

    def warm_up(self):
        run = lambda function, *arguments: self.redis.execute_command("FCALL", function, 1, KEY, *arguments)
        run("sentinel_record", "kind", "content", "user", "u", "id", "old", "at", NOW - 4_000_000)
        for n in range(3):
            run("sentinel_record", "kind", "content", "user", "u", "ip", "10.0.0.1", "text", "t", "at", NOW + n, "id", n)
            run("sentinel_record", "kind", "message", "user", "u", "ip", "10.0.0.1", "tokens", 3, "at", NOW + n)
            run("sentinel_record", "kind", "read", "user", "u", "ip", "10.0.0.2", "object", f"o{n}", "at", NOW + n)
        run("sentinel_record", "kind", "message", "ip", "2001:db8::1", "tokens", 3, "at", NOW)
        run("sentinel_block", "subject", "user:blocked", "at", NOW, "duration", 10_000_000_000)
        run("sentinel_record", "kind", "content", "user", "blocked", "at", NOW)
        run("sentinel_allow", "subject", "user:allowed", "at", NOW)
        run("sentinel_block", "subject", "user:unblocked", "at", NOW)
        run("sentinel_unblock", "subject", "user:unblocked", "at", NOW)
        run("sentinel_report", "type", "off_topic_spam", "user", "u", "id", "r", "at", NOW)
        run("sentinel_lease", "owner", "me", "ttl", 600_000)
        run("sentinel_raise", "rule", "bot_behavior", "subject", "user:raised", "event", "1-1", "at", NOW, "epoch", 1)
        run("sentinel_raise", "rule", "rate_limit_hit", "subject", "user:u", "event", "1-1", "at", NOW, "epoch", 1)
        run("sentinel_raise", "rule", "rate_limit_hit", "subject", "user:v", "event", "1-1", "at", NOW, "epoch", 1)
        run("sentinel_review", "incidents", "i0-2", "as", "false_positive", "note", "x", "at", NOW)
        run("sentinel_token_add", "id", "token000", "role", "staff", "hash", "ab" * 32, "name", "ada", "at", NOW)
        run("sentinel_lease", "owner", "me", "ttl", 600_000, "task", "webhooks")
        run("sentinel_webhook_add", *WEBHOOK, "id", "w0000000", "at", NOW)
        run("sentinel_alert_test", "at", NOW)
        self.redis.hset(KEY + ":edges", mapping={"wall": "1 1 poll", "gate": "1 1 poll"})
        run("sentinel_edge_late", "edge", "gate", "changes", 1, "lag", 11_000, "silence", 0, "at", NOW)
        place = self.redis.xrevrange("sentinel:alerts:log", count=1)[0][0]
        for _ in range(2):
            run("sentinel_webhook_done", "id", "w0000000", "epoch", 1, "outcome", "dead", "cursor", place, "seq", 1,
                "lost", 1, "at", NOW)
        self.letters = [each[0].decode() for each in self.redis.xrange(KEY + ":deadletters")]
        run("sentinel_webhook_resend", "letters", self.letters[0], "at", NOW)
        run("sentinel_commit", "epoch", 1, "cursor", "5-0", "entries", 2, "states", 600_000, 1, "u:user:u", "bytes",
            "count", "limited", 3)

    def digest(self):
        """What stands in Redis, in a word: nothing to fetch, unlike a snapshot."""
        return self.redis.execute_command("DEBUG", "DIGEST")

    def restore(self, keyspace):
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.flushall()
        for key, (dump, expires) in keyspace.items():
            pipeline.restore(key, 100_000_000 if expires else 0, getattr(dump, "dump", dump))
        pipeline.execute()


class BadArguments(Keyspace):
    # Per function: arguments that work, and the fields that cannot be left out.
    CALLS = {
        "sentinel_record": ({"kind": "content", "user": "u", "ip": "10.0.0.1"}, ["kind"]),
        "sentinel_check": ({"kind": "content", "user": "u", "ip": "10.0.0.1"}, []),
        "sentinel_report": ({"type": "off_topic_spam", "user": "u"}, ["type"]),
        "sentinel_raise": ({"rule": "bot_behavior", "subject": "user:u", "event": "7-7", "at": NOW},
                           ["rule", "subject", "event", "at"]),
        "sentinel_block": ({"subject": "user:u"}, ["subject"]),
        "sentinel_unblock": ({"subject": "user:blocked"}, ["subject"]),
        "sentinel_allow": ({"subject": "user:u"}, ["subject"]),
        "sentinel_disallow": ({"subject": "user:allowed"}, ["subject"]),
        "sentinel_info": ({}, []),
        "sentinel_applied": ({"policy": standard_hash()}, ["policy"]),
        "sentinel_review": ({"incidents": "i0-1", "as": "benign"}, ["incidents", "as"]),
        "sentinel_incidents": ({}, []),
        "sentinel_token_add": ({"id": "token001", "role": "staff", "hash": "ab" * 32, "name": "ada"},
                               ["id", "role", "hash", "name"]),
        "sentinel_token_remove": ({"id": "token000"}, ["id"]),
        "sentinel_webhook_add": ({"id": "w0000001", **dict(zip(WEBHOOK[::2], WEBHOOK[1::2]))},
                                 ["id", "name", "url", "form", "secret"]),
        "sentinel_webhook_remove": ({"id": "w0000000"}, ["id"]),
        "sentinel_webhook_done": ({"id": "w0000000", "epoch": 1, "outcome": "delivered", "cursor": "9-9"},
                                  ["id", "epoch", "outcome", "cursor"]),
        "sentinel_webhook_resend": ({"letters": "1-1"}, ["letters"]),
        "sentinel_alert_test": ({}, []),
        "sentinel_edge_late": ({"edge": "wall", "changes": 1, "lag": 11_000, "silence": 0},
                               ["edge", "changes", "lag", "silence"]),
        "sentinel_lease": ({"owner": "me", "ttl": 1000}, ["owner", "ttl"]),
        "sentinel_commit": ({"epoch": 1, "cursor": "5-0", "entries": 0}, ["epoch", "cursor", "entries"]),
        "sentinel_forget": ({"subject": "user:u", "first": 0, "last": 1}, ["subject", "first", "last"]),
    }
    LISTS = {"sentinel_import"}  # wants a list behind its fields: test_import.py
    MEMBERS = ("x" * 257, "")
    TIMES = ("0", "-1", "1.5", "1e3", " 1", "9007199254740992", "99999999999999999999", "now")
    NOTES = ("\xff".encode("latin1"), "a\0b", "\x1b[31m", "x" * 2000)
    SUBJECTS = ("", "user", "user:", ":x", "User:x", "us er:x", "user:" + "x" * 257, "ip:", "ip:1.2.3", "ip:x",
                "net:10.0.0.0", "net:10.0.0.0/25", "net:10.0.0.1/24", "net:10.0.0.0/99", "net:2001:db8::/63",
                "x" * 33 + ":a", "a\nb:c")
    JSON = ("", "{", "{} {}", "NaN", '{"a":Infinity}', "0x10", "1.", "-.5", "01", '{"a":"\\x"}', b'"\xff"', "\0", "[1,]",
            '"' + "x" * 17000 + '"')
    BAD = {
        "sentinel_record": {
            "kind": ("", "Content", "con tent", "1st", "k" * 65, "\0", "report", "unblock"),
            "user": MEMBERS, "object": MEMBERS, "id": MEMBERS, "username": MEMBERS, "email": ("", "x" * 321),
            "ip": ("", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "1.2.3.4 ", "::1::", ":::", "1:2:3:4:5:6:7:8:9",
                   "12345::", "fe80::1%eth0", "g::", "::1.2.3", "localhost", "1.2.3.4\0", "1.2.3.4/24", "::ffff:1.2.3.256"),
            "tokens": ("", "-1", "1.5", "1e3", "1000000001", "abc", "0x10", " 1"),
            "created": ("", "-1", "x", "9007199254740992"), "status": ("99", "600", "-200", "OK", "2e2"),
            "anonymous": ("", "2", "yes", "TRUE"), "at": TIMES, "text": ("x" * 1048577,),
        },
        "sentinel_report": {
            "type": ("", "bot_behavior", "nothing"), "severity": ("", "5", "High"), "description": NOTES,
            "context": JSON, "user": MEMBERS, "ip": ("", "x"), "id": MEMBERS, "at": TIMES,
        },
        "sentinel_raise": {
            "rule": ("", "nothing", "__index"), "subject": SUBJECTS, "at": TIMES, "severity": ("0", "5", "high", ""),
            "event": ("", "1", "1-", "-1", "1-1-1", "a-b", "1-1,", "1" * 41 + "-1"),
            "events": ("", ",", "1-1,", "1-1,,2-1", "x", "7-8", "8-1", "1-1," * 20000 + "1-1"),
            "description": NOTES, "evidence": JSON, "epoch": ("9", "", "1 "),
        },
        "sentinel_block": {
            "subject": SUBJECTS, "duration": ("", "0", "-5", "1.5", "315360000001", "4h"), "action": ("", "ban"),
            "reason": ("", "spam"), "by": NOTES, "note": NOTES, "at": TIMES,
        },
        "sentinel_unblock": {"subject": SUBJECTS, "by": NOTES, "note": NOTES, "at": TIMES},
        "sentinel_allow": {"subject": SUBJECTS, "duration": ("0", "x"), "by": NOTES, "note": NOTES, "at": TIMES},
        "sentinel_disallow": {"subject": SUBJECTS, "by": NOTES, "note": NOTES, "at": TIMES},
        "sentinel_lease": {"owner": ("", "x" * 129, "\0"), "ttl": ("", "99", "600001", "x"), "release": ("", "0", "yes"),
                           "task": ("", "other")},
        "sentinel_webhook_add": {
            "id": ("", "t0000001", "w000", "W0000001", "w 000001", "w" + "0" * 32, "w0000000"),
            "name": ("", "x" * 65, "a\nb\0"), "form": ("", "xml", "JSON"),
            "url": ("", "ftp://a", "https://", "https:///x", "http://a b", "http://u@h", "HTTPS://a", "http://a" + "x" * 2048),
            "secret": ("", "short", "x" * 257, "x" * 20 + '"'), "severity": ("0", "5", "high"),
            "modules": ("", ",", "Spam", "a,,b", "a b", ",".join(["a"] * 17)), "by": NOTES, "note": NOTES, "at": TIMES,
        },
        "sentinel_webhook_remove": {"id": ("", "x" * 33, "token000"), "by": NOTES, "note": NOTES, "at": TIMES},
        "sentinel_webhook_done": {
            "id": ("", "token000"), "epoch": ("", "9", "1 "), "outcome": ("", "lost", "__index"),
            "cursor": ("", "1", "1-", "a-b", "1" * 40 + "-1"), "seq": ("-1", "x"), "lost": ("-1", "x"),
            "again": ("", "0", "yes"), "error": ("a\0b", "x" * 257), "at": TIMES,
        },
        "sentinel_webhook_resend": {"letters": ("", ",", "1", "1-1,", "x-1", "1-1," * 1000 + "1-1"), "by": NOTES,
                                    "note": NOTES, "at": TIMES},
        "sentinel_alert_test": {"severity": ("0", "5", "x"), "by": NOTES, "at": TIMES},
        "sentinel_edge_late": {"edge": ("", "a b", "x" * 65, "\0", 'a"b'), "changes": ("", "-1", "1.5"), "lag": ("-1", "x"),
                               "silence": ("", "5s"), "at": TIMES},
        "sentinel_commit": {"epoch": ("", "2", "x"), "cursor": ("", "1", "a-1", "1" * 16 + "-0", "1-" + "1" * 16),
                            "entries": ("", "-1", "x", "1000001")},
        "sentinel_forget": {"subject": SUBJECTS, "first": ("", "x"), "last": ("", "1.5"), "cursor": ("", "x", "events.x"),
                            "by": NOTES, "note": NOTES, "at": TIMES},
        "sentinel_check": {},
        "sentinel_info": {"source": ("", "0", "yes")},
        "sentinel_applied": {"policy": ("", "x", "\0"), "by": NOTES, "note": NOTES},
        "sentinel_review": {
            "incidents": ("", ",", "i0", "i0-", "0-1", "i0-1,", "i0-1,,i0-2", "i0-1 ", "i0-" + "1" * 40, "i0-1," * 4000),
            "as": ("", "Confirmed", "spam", "__index"), "by": NOTES, "note": NOTES, "at": TIMES,
        },
        "sentinel_token_add": {
            "id": ("", "token", "Token001", "token 01", "t" * 33, "1token01", "token000"), "role": ("", "root", "Admin"),
            "hash": ("", "ab", "AB" * 32, "x" * 64), "name": ("", "x" * 65, "a\nb\0"), "duration": ("", "0", "30d"),
            "by": NOTES, "note": NOTES, "at": TIMES,
        },
        "sentinel_token_remove": {"id": ("", "x" * 33), "by": NOTES, "note": NOTES, "at": TIMES},
        "sentinel_incidents": {
            "limit": ("", "0", "501", "x"), "scan": ("0", "1001"), "cursor": ("", "1", "1.", ".i0-1", "1.i0", "1.i0-1 "),
            "since": ("", "-1"), "until": ("", "x"), "rule": ("", "x" * 65), "module": ("", "x" * 65),
            "severity": ("0", "5", "high"), "mode": ("", "Shadow"), "subject": SUBJECTS, "reviewed": ("", "2", "yes"),
            "disposition": ("", "open"), "text": ("", "x" * 257),
        },
    }
    BAD["sentinel_check"] = {field: values for field, values in BAD["sentinel_record"].items() if field != "kind"}
    BAD["sentinel_check"]["kind"] = ("", "Content")

    @classmethod
    def shown(cls, value):
        """How an error names a value: printable, at most 64 bytes of it."""
        raw = value.encode() if isinstance(value, str) else bytes(str(value), "ascii") if isinstance(value, int) else value
        return "'" + "".join(chr(b) if 32 <= b <= 126 else f"%{b:02X}" for b in raw[:64])

    def setUp(self):
        super().setUp()
        self.warm_up()
        self.before = snapshot(self.redis)

    def refused(self, function, *arguments, key=KEY, keys=1):
        with self.assertRaises(redis.ResponseError, msg=f"{function} {arguments!r:.200} was taken") as caught:
            self.redis.execute_command("FCALL", function, keys, *([key] if keys else []), *arguments)
        message = error_text(caught.exception)
        self.assertRegex(message, r"^(BADARG|BADSTATE|FENCED) ", (function, arguments))
        self.assertNotRegex(message, INSIDES)
        self.assertIn(function, message)
        self.assertTrue(message.isprintable(), message)
        self.assertEqual(snapshot(self.redis), self.before, f"{function} {arguments!r:.200} left a trace: {message}")
        return message

    def test_every_function_is_here(self):
        names = {each[1].decode() for each in self.redis.execute_command("FUNCTION", "LIST")[0][5]}
        self.assertEqual(names, set(self.CALLS) | self.LISTS)

    def test_a_missing_field_is_named(self):
        for function, (good, needed) in self.CALLS.items():
            for field in needed:
                rest = [each for pair in good.items() if pair[0] != field for each in pair]
                self.assertIn(field, self.refused(function, *rest))
        for function in ("sentinel_record", "sentinel_check"):
            self.assertIn("user or ip", self.refused(function, "kind", "content"))
        self.assertIn("user or ip", self.refused("sentinel_report", "type", "off_topic_spam"))

    def test_an_unknown_a_doubled_and_a_lone_field_are_named(self):
        for function, (good, _) in self.CALLS.items():
            arguments = [each for pair in good.items() for each in pair]
            for unknown in ("wat", "", "Kind", "\0", "x" * 300, "\n"):
                self.assertIn(self.shown(unknown)[:60], self.refused(function, *arguments, unknown, "1"))
            for field, value in good.items():
                self.assertIn(f"{field} is given twice", self.refused(function, *arguments, field, value))
            self.refused(function, *arguments, "kind")

    def test_a_bad_value_is_named(self):
        for function, fields in self.BAD.items():
            for field, values in fields.items():
                for value in values:
                    arguments = {**self.CALLS[function][0], field: value}
                    message = self.refused(function, *[each for pair in arguments.items() for each in pair])
                    self.assertIn(field, message)
                    size = len(value if isinstance(value, bytes) else value.encode())
                    if 0 < size <= 64 and field not in (
                            "events", "epoch", "incidents", "secret", "url"):
                        shown = self.shown(value.partition(":")[2] if field == "subject" and value[:3] == "ip:" else value)
                        self.assertIn(shown.strip("'"), message)

    def test_a_bad_key_is_named(self):
        for function, (good, _) in self.CALLS.items():
            arguments = [each for pair in good.items() for each in pair]
            for key in ("", "sentinel", "sentinel:0", "sentinel:{}", "sentinel:{x}", "a b:{0}", "x:y:{0}", "sentinel:{0}:x",
                        "sentinel:{123456}", "{0}", "s:{0}\n"):
                self.assertIn(self.shown(key), self.refused(function, *arguments, key=key))
            self.refused(function, *arguments, keys=0)

    def test_a_commit_names_its_words(self):
        good = ["epoch", 1, "cursor", "5-0", "entries", 0]
        for more in (["count"], ["count", "a"], ["count", "a", "-1"], ["count", "a", "x"], ["count", "a b", "1"],
                     ["count", "", "1"], ["states"], ["states", "5"], ["states", "5", "1"], ["states", "5", "1", "u:x"], ["states", "0", "1", "u:x", "b"],
                     ["states", "b", "1", "u:x", "b"], ["states", "5", "b", "u:x", "b"], ["states", "5", "2", "u:x", "b"],
                     ["states", "5", "1", "blocks", "b"], ["states", "5", "1", "s:actor:user:u", "b"],
                     ["states", "5", "1", "u:", "b"], ["count", "c" * 65, 1]):
            self.assertIn(more[0] if len(more) < 3 or more[0] == "count" else "", self.refused("sentinel_commit", *good, *more))

    def test_time_cannot_be_forged_where_nobody_opened_it(self):
        self.redis.delete(KEY + ":clock")
        self.before = snapshot(self.redis)
        for function in ("sentinel_record", "sentinel_check", "sentinel_report", "sentinel_block", "sentinel_unblock",
                         "sentinel_allow", "sentinel_disallow", "sentinel_review", "sentinel_token_add",
                         "sentinel_token_remove", "sentinel_webhook_add", "sentinel_webhook_remove",
                         "sentinel_webhook_done", "sentinel_webhook_resend", "sentinel_alert_test",
                         "sentinel_edge_late"):
            arguments = [each for pair in self.CALLS[function][0].items() for each in pair]
            self.assertIn("at is for replays", self.refused(function, *arguments, "at", NOW))


class ForeignKeys(Keyspace):
    # All of it takes minutes: `make soak` tries everything, `make test` a quarter, another one each time.
    SEED = int(os.environ.get("SENTINEL_ERRORS_SEED") or random.randrange(1 << 32))
    SHARE = 1 if SOAK else 0.25

    # One call of each kind, about the subjects of the warm-up.
    CALLS = [
        ["sentinel_record", "kind", "content", "user", "u", "ip", "10.0.0.1", "at", NOW + 9],
        ["sentinel_record", "kind", "content", "user", "u", "ip", "10.0.0.2", "at", NOW + 9, "id", "new"],
        ["sentinel_record", "kind", "content", "user", "u", "at", NOW + 7_200_000, "id", "old"],
        ["sentinel_record", "kind", "message", "user", "u", "ip", "10.0.0.1", "tokens", 5, "at", NOW + 100_000],
        ["sentinel_record", "kind", "read", "user", "u", "ip", "10.0.0.2", "object", "o9", "at", NOW + 400_000],
        ["sentinel_record", "kind", "message", "ip", "2001:db8::1", "at", NOW + 9],
        ["sentinel_record", "kind", "content", "user", "blocked", "at", NOW + 9],
        ["sentinel_record", "kind", "content", "user", "newcomer", "ip", "10.0.0.1", "at", NOW + 9, "id", "first"],
        ["sentinel_check", "kind", "message", "user", "u", "ip", "10.0.0.1", "at", NOW + 90_000_000],
        ["sentinel_check", "user", "blocked", "at", NOW + 9],
        ["sentinel_report", "type", "off_topic_spam", "user", "u", "id", "r2", "at", NOW + 9],
        ["sentinel_raise", "rule", "bot_behavior", "subject", "user:raised", "event", "2-1", "at", NOW + 9, "epoch", 1],
        ["sentinel_raise", "rule", "malicious_content", "subject", "user:u", "event", "2-1", "at", NOW + 9, "epoch", 1],
        ["sentinel_raise", "rule", "bot_behavior", "subject", "user:unblocked", "event", "2-1", "at", NOW + 9],
        ["sentinel_block", "subject", "user:blocked", "at", NOW + 9],
        ["sentinel_block", "subject", "user:raised", "at", NOW + 9, "duration", 50],
        ["sentinel_unblock", "subject", "user:blocked", "at", NOW + 9],
        ["sentinel_unblock", "subject", "user:raised", "at", NOW + 9],
        ["sentinel_allow", "subject", "user:allowed", "at", NOW + 9],
        ["sentinel_allow", "subject", "user:blocked", "at", NOW + 9, "duration", 50],
        ["sentinel_disallow", "subject", "user:allowed", "at", NOW + 9],
        ["sentinel_applied", "policy", standard_hash()],
        ["sentinel_review", "incidents", "i0-2,i0-1", "as", "confirmed", "at", NOW + 9],
        ["sentinel_review", "incidents", "i0-1,i0-2,i0-3", "as", "benign", "at", NOW + 9],
        ["sentinel_review", "incidents", "i0-2", "as", "open", "at", NOW + 9],
        ["sentinel_token_add", "id", "token001", "role", "client", "hash", "cd" * 32, "name", "b", "at", NOW + 9],
        ["sentinel_token_remove", "id", "token000", "at", NOW + 9],
        ["sentinel_webhook_add", *WEBHOOK, "id", "w0000001", "at", NOW + 9],
        ["sentinel_webhook_remove", "id", "w0000000", "at", NOW + 9],
        ["sentinel_webhook_done", "id", "w0000000", "epoch", 1, "outcome", "delivered", "cursor", "9999999999999-0", "at",
         NOW + 9],
        ["sentinel_webhook_done", "id", "w0000000", "epoch", 1, "outcome", "dead", "again", 1, "error", "x", "lost", 1,
         "at", NOW + 9],
        ["sentinel_alert_test", "at", NOW + 9],
        ["sentinel_edge_late", "edge", "wall", "changes", 1, "lag", 11_000, "silence", 0, "at", NOW + 9],
        ["sentinel_edge_late", "edge", "gate", "changes", 1, "lag", 11_000, "silence", 0, "at", NOW + 9],
        ["sentinel_lease", "owner", "me", "ttl", 1000, "task", "webhooks"],
        ["sentinel_import", "at", NOW + 9, "blocks", "user:raised", "50", "", "", ""],
        ["sentinel_lease", "owner", "me", "ttl", 1000],
        ["sentinel_lease", "owner", "you", "ttl", 1000],
        ["sentinel_lease", "owner", "me", "ttl", 1000, "release", 1],
        ["sentinel_commit", "epoch", 1, "cursor", "6-0", "entries", 1, "states", 1000, 1, "u:user:u", "b", "count", "limited", 1],
    ]
    OTHERS = {
        b"string": lambda client, key: client.set(key, "foreign"),
        b"list": lambda client, key: client.rpush(key, "foreign"),
        b"set": lambda client, key: client.sadd(key, "foreign"),
        b"hash": lambda client, key: client.hset(key, "foreign", "foreign"),
        b"zset": lambda client, key: client.zadd(key, {"foreign": 1}),
        b"stream": lambda client, key: client.xadd(key, {"foreign": "1"}),
    }

    def setUp(self):
        super().setUp()
        self.warm_up()
        self.good = snapshot(self.redis)
        self.random = random.Random(f"{self.SEED} {self.id()}")
        print(f"{self.id()}: SENTINEL_ERRORS_SEED={self.SEED}")

    def is_left_out(self):
        return self.random.random() >= self.SHARE

    def try_all(self, what, untouched):
        """Every call now works and leaves `untouched()` as it is, or fails with an error that says why, without a trace."""
        before, digest = snapshot(self.redis), self.digest()
        guarded = untouched()
        for call in self.CALLS:
            message = None
            try:
                self.redis.execute_command("FCALL", call[0], 1, KEY, *call[1:])
            except redis.ResponseError as error:
                message = error_text(error)
            if message is None:
                self.assertEqual(untouched(), guarded, f"{call} wrote over {what}")
                if self.digest() != digest:
                    self.restore(before)
            else:
                self.assertNotRegex(message, INSIDES, (what, call))
                if self.digest() != digest:
                    self.assertEqual(snapshot(self.redis), before, f"{call} left a trace after {what}: {message}")
                    self.fail(f"{call} left a trace after {what}: {message}")

    def test_a_key_of_another_type(self):
        for key in sorted(self.good):
            # A commit replaces a history whatever it finds: one foreign key must not hold up the log for good.
            if key.startswith(KEY.encode() + b":u:"):
                continue
            for other, make in self.OTHERS.items():
                if self.is_left_out():
                    continue
                self.restore(self.good)
                if self.redis.type(key) == other:
                    continue
                self.redis.delete(key)
                make(self.redis, key)
                self.try_all(f"{key} as a {other}", lambda: self.redis.dump(key))

    def test_a_string_of_another_value(self):
        # Nothing here is built on these: their writers replace them wholly.
        whole = (b"sentinel:block:", b"sentinel:allow:", KEY.encode() + b":u:")
        for key in sorted(self.good):
            self.restore(self.good)
            if self.redis.type(key) != b"string" or key.startswith(whole):
                continue
            for value in (b"", b"foreign", b"-1", b"1.5", b"9" * 30, b"HYLL", b"S" + b"\0" * 20, b"HYLL" + b"\xff" * 40):
                if self.is_left_out():
                    continue
                self.restore(self.good)
                self.redis.set(key, value)
                self.try_all(f"{key} = {value!r}", lambda: self.redis.get(key))

    def test_a_hash_with_other_values(self):
        for key in sorted(self.good):
            self.restore(self.good)
            # A card is made anew with each change of its incident.
            if self.redis.type(key) != b"hash" or key.endswith(b":cards"):
                continue
            # What is only ever written by whole: the descriptions of an incident, of which only the count is read.
            fields = [b"count"] if b":incident:" in key else self.redis.hkeys(key)
            # What last went wrong is only shown.
            fields = [each for each in fields if b":webhook:" not in key or each != b"error"]
            for field, value in itertools.product(fields, (b"", b"foreign", b"{}", b"[1]", b"\x92\x01", b"9" * 30)):
                if self.is_left_out():
                    continue
                self.restore(self.good)
                if field == b"owner" and key.endswith(b":lease"):
                    continue  # any name is an owner
                self.redis.hset(key, field, value)
                # New ids become old ones when their time has come.
                other = key.replace(b":i:", b":j:")
                self.try_all(f"{key} {field} = {value!r}",
                             lambda: {self.redis.hget(key, field), self.redis.hget(other, field)} - {None})

    def test_a_sorted_set_with_other_members(self):
        for key in sorted(self.good):
            self.restore(self.good)
            if self.redis.type(key) != b"zset" or b":w:" not in key:
                continue
            for score in (NOW + 5, 1e300):  # older ones are trimmed, as everything that old
                for member in ("foreign", "x" * 100):
                    self.restore(self.good)
                    self.redis.delete(next(k for k in self.good if k.endswith(key.rpartition(b":")[2]) and b":s:" in k))
                    self.redis.zadd(key, {member: score})
                    self.try_all(f"{key} with {member}", lambda: self.redis.zscore(key, member))


if __name__ == "__main__":
    unittest.main()
