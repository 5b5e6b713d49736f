"""Another policy while events come: each verdict is of the one or of the other, none of the old one after the change, and
what was counted stays counted."""

import multiprocessing
import time
import unittest

import redis

from policies import DAY, HOUR, Policy, Rule, lua
from support import KEY, LibraryTest, library

CLIENTS, BATCH = 4, 50


def client(socket, number, ready, stop, told):
    """Records at full speed until told to stop. Tells (limit, count of verdicts) in the order of the answers."""
    link = redis.Redis(unix_socket_path=socket)
    seen, errors, sent = [], [], 0
    ready.wait()
    while not stop.is_set():
        pipeline = link.pipeline(transaction=False)
        for n in range(BATCH):
            pipeline.execute_command("FCALL", "sentinel_record", 1, KEY, "kind", "content", "user", f"c{number}u{n % 10}",
                                     "ip", f"10.0.{number}.{n % 10}", "text", "t")
        for reply in pipeline.execute(raise_on_error=False):
            sent += 1
            if isinstance(reply, Exception):
                errors.append(str(reply))
                continue
            limit = dict(zip(reply[::2], reply[1::2]))[b"limit"]
            if not seen or seen[-1] != limit:
                seen.append(limit)
    told.put((number, sent, seen, errors[:3]))


class PolicyChange(LibraryTest):
    replay = False

    @staticmethod
    def limited(limit, window=DAY):
        return lua(Policy([Rule("posts", ["content"], "actor", limit, window)]))

    def test_a_limit_changes_at_once_for_all_who_record_at_full_speed(self):
        old, new = 900_000_001, 900_000_002
        self.server.load(self.limited(old))
        ready, stop, told = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
        clients = [multiprocessing.Process(target=client, args=(self.server.socket, n, ready, stop, told), daemon=True)
                   for n in range(CLIENTS)]
        for each in clients:
            each.start()
        ready.set()
        chunk = library(self.limited(new))
        deadline = time.monotonic() + 30
        while self.redis.xlen(KEY + ":events") < 2000 and time.monotonic() < deadline:
            pass
        self.redis.execute_command("FUNCTION", "LOAD", "REPLACE", chunk)
        first = self.record(kind="content", user="after", ip="10.9.9.9")
        at_change = self.redis.xlen(KEY + ":events")
        while self.redis.xlen(KEY + ":events") < at_change + 2000 and time.monotonic() < deadline:
            pass
        stop.set()
        answers = [told.get(timeout=30) for _ in clients]
        for each in clients:
            each.join()
        self.assertEqual(first["limit"], new)
        for number, sent, seen, errors in answers:
            self.assertEqual(errors, [])
            self.assertEqual(seen, [old, new], f"client {number} of {sent} events")
        counted = sum(self.redis.zcard(key) for key in self.redis.keys("*:w:actor.content:*"))
        self.assertEqual(counted, sum(sent for _, sent, _, _ in answers) + 1)

    def test_what_both_policies_count_stays_counted(self):
        self.server.load(self.limited(10))
        for n in range(4):
            self.record(kind="content", user="u", ip="10.0.0.1")
        for rules, remaining in (
                ([Rule("posts", ["content"], "actor", 20, DAY)], 15),
                ([Rule("posts", ["content"], "actor", 20, HOUR), Rule("more", ["content"], "actor", 30, DAY)], 14),
                ([Rule("other", ["message"], "actor", 5, DAY), Rule("posts", ["content"], "actor", 20, DAY)], 13)):
            self.server.load(lua(Policy(rules)))
            self.assertEqual(self.record(kind="content", user="u", ip="10.0.0.1")["remaining"], remaining)

    def test_values_stay_counted_too(self):
        accounts = Rule("accounts", [], "ip", 3, DAY, of="user")
        self.server.load(lua(Policy([accounts])))
        for n in range(3):
            self.assertNotIn("flags", self.record(kind="login", user=f"u{n}", ip="10.0.0.1"))
        self.server.load(lua(Policy([Rule("logins", ["login"], "ip", 50, HOUR), accounts])))
        self.assertEqual(self.record(kind="login", user="u3", ip="10.0.0.1")["flags"], "accounts")

    def test_it_says_when_it_was_loaded(self):
        self.assertEqual(self.call("sentinel_info")["loaded"], "0")
        self.server.load(self.limited(3) + "POLICY.loaded = 1900000000000\n")
        self.assertEqual(self.call("sentinel_info")["loaded"], "1900000000000")
        self.server.load(self.policy)


if __name__ == "__main__":
    unittest.main()
