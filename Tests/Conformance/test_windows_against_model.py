"""Random operations, times that hit the edges of windows to the millisecond, and a second implementation (model.py):
every reply must be the same, byte for byte.

SENTINEL_MODEL_OPERATIONS sets how many operations each policy gets (60,000), SENTINEL_MODEL_SEED repeats a run.

Distinct counts are HyperLogLogs in Redis and sets in the model. That is the same as long as no two elements of the pool
share a register; `test_the_pool_has_no_collisions` sees to that.
"""

import heapq
import os
import random
import socket
import time
import unittest

from model import Model, describe
from policies import ODD, RICH, STANDARD, Policy, Rule, lua, watch
from support import KEY, SOAK, LibraryTest

OPERATIONS = int(os.environ.get("SENTINEL_MODEL_OPERATIONS", "1000000" if SOAK else "30000"))
SEED = int(os.environ.get("SENTINEL_MODEL_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
BATCH = 500

USERS = ["u1", "u2", "a:b", "{1}", "ü\n", "9"]
ADDRESSES = [
    "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2", "10.0.1.9", "10.1.0.1", "203.0.113.7", "::FFFF:CB00:7107",
    "2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:db8::2", "2001:db8:0:1::1", "2001:db8:0:100::1", "2001:db9::",
    "0:0:1::", "::", "1::8",
]
OBJECTS = [f"object {n}" for n in range(9)]
IDS = [f"id{n}" for n in range(14)]


def command(parts):
    out = [b"*%d\r\n" % len(parts)]
    for part in parts:
        if not isinstance(part, bytes):
            part = str(part).encode()
        out.append(b"$%d\r\n%s\r\n" % (len(part), part))
    return b"".join(out)


def reply(value):
    if isinstance(value, str):
        return b"-" + value.encode() + b"\r\n"
    out = [b"*%d\r\n" % len(value)]
    for each in value:
        if isinstance(each, int):
            out.append(b":%d\r\n" % each)
        else:
            each = each.encode()
            out.append(b"$%d\r\n%s\r\n" % (len(each), each))
    return b"".join(out)


class Operations:
    """An endless row of calls: (function, time, arguments)."""

    def __init__(self, policy, seed):
        self.policy, self.random = policy, random.Random(seed)
        self.now = 1_900_000_000_000
        self.edges = []
        self.steps = sorted({max(1, rule.window // policy.slices) for rule in policy.distinct})
        self.span = min(rule.window for rule in policy.rules)
        nets = {net for spelled in ADDRESSES for net in describe(policy, spelled)[2][1:]}
        self.subjects = ["user:" + user for user in USERS] + ["ip:" + spelled for spelled in ADDRESSES] + sorted(nets)

    def _advance(self):
        pick = self.random.random
        if pick() < 0.35 and self.edges:
            while self.edges and self.edges[0] < self.now - 1:
                heapq.heappop(self.edges)
            if self.edges:
                self.now = self.edges[0] + self.random.choice((-1, 0, 1))
                return self.now
        if pick() < 0.04:
            return max(1, self.now - self.random.randrange(1, self.span))  # a late one; the clock itself goes on
        if pick() < 0.1:
            step = self.random.choice(self.steps)
            self.now = (self.now // step + 1) * step + self.random.choice((-1, 0, 1))
        elif pick() < 0.003:
            self.now += self.random.choice(self.policy.rules).window * self.random.choice((1, 2, 3))
        elif pick() < 0.7:
            self.now += self.random.choice((0, 0, 1, 2, self.span // 200, self.span // 20))
        return self.now

    def _edge(self, at, rules):
        rule = self.random.choice(rules)
        heapq.heappush(self.edges, at + rule.window)

    def _subject(self, kind):
        choose, pick = self.random.choice, self.random.random
        fields = {}
        if pick() < 0.8:
            fields["user"] = choose(USERS)
        if pick() < 0.75 or not fields:
            fields["ip"] = choose(ADDRESSES)
        if pick() < 0.2:
            fields["anonymous"] = choose((True, False))
        if kind in ("message", "content") and pick() < 0.6:
            fields["tokens"] = choose((0, 1, 2, 7, 20, 41, 51, 90_000, 100_000, 100_001))
        if self.policy is RICH:
            if pick() < 0.5:
                fields["tenant"] = choose(USERS)
            if pick() < 0.5:
                fields["amount"] = choose((0, 1, 20, 49, 51))
            if pick() < 0.5:
                fields["status"] = choose((200, 399, 400, 404, 499, 500))
            if pick() < 0.5:
                fields["created"] = max(0, self.now - choose((0, 699, 700, 2999, 3000, 3001, 1_000_000)))
            if pick() < 0.5:
                fields["email"] = choose(("a@spam.example", "b@spam.example", "spam.example", "a@b.example"))
            if pick() < 0.5:
                fields["username"] = choose(USERS)
        return fields

    def next(self):
        choose, pick = self.random.choice, self.random.random
        at, what = self._advance(), pick()
        if what < 0.88:
            kind = choose(("content", "content", "message", "message", "message", "read", "signup", "login"))
            fields = self._subject(kind)
            rules = [rule for rule in self.policy.rules if rule.watches(kind)]
            if rules and pick() < 0.5:
                self._edge(at, rules)
            if what < 0.16:
                if pick() < 0.2:
                    return "check", at, fields
                return "check", at, {"kind": kind, **fields}
            if kind in ("read", "content") and pick() < 0.7:
                fields["object"] = choose(OBJECTS)
            if pick() < 0.2:
                fields["id"] = choose(IDS)
            return "record", at, {"kind": kind, **fields}
        subject = choose(self.subjects)
        duration = choose((None, 1, 50, self.span, 3 * self.span))
        timed = {} if duration is None else {"duration": duration}
        if timed:
            heapq.heappush(self.edges, at + duration)
        if what < 0.90:
            return "block", at, {"subject": subject, **timed, "action": choose(("block", "challenge", "throttle")),
                                 "reason": choose(("ABUSE", "SPAM", "MANUAL"))}
        if what < 0.94:
            return "unblock", at, {"subject": subject}
        if what < 0.96:
            return "allow", at, {"subject": subject, **timed}
        return "disallow", at, {"subject": subject}


class WindowsAgainstModel(LibraryTest):
    def run_policy(self, policy):
        print(f"\n{self.id().split('.')[-1]}: {OPERATIONS} operations, SENTINEL_MODEL_SEED={SEED}", flush=True)
        self.server.load(lua(policy))
        operations, model = Operations(policy, SEED), Model(policy)
        link = socket.socket(socket.AF_UNIX)
        self.addCleanup(link.close)
        link.connect(self.server.socket)
        stream = link.makefile("rb")
        self.addCleanup(stream.close)
        started, tallies = time.monotonic(), {}
        pending = None
        for first in range(0, OPERATIONS + BATCH, BATCH):
            batch = []
            for _ in range(min(BATCH, OPERATIONS - first)):
                function, at, fields = operations.next()
                answer = getattr(model, function)(at, **fields)
                label = function + (" " + answer[1] if answer[0] == "verdict" else "")
                tallies[label] = tallies.get(label, 0) + 1
                arguments = ["FCALL", "sentinel_" + function, "1", KEY, "at", at]
                for name, value in fields.items():
                    arguments += [name, str(value).lower() if isinstance(value, bool) else value]
                batch.append((arguments, reply(answer)))
            link.sendall(b"".join(command(arguments) for arguments, _ in batch))
            # The answers of the batch before are read while Redis works on this one.
            if pending:
                self.compare(stream, pending, first - BATCH)
            pending = batch
        took = time.monotonic() - started
        print(f"  {OPERATIONS / took:.0f} operations/s; {dict(sorted(tallies.items()))}", flush=True)
        if model.logged < 200_000:
            self.assertEqual(self.redis.xlen(KEY + ":events"), model.logged)

    def compare(self, stream, batch, first):
        wanted = b"".join(answer for _, answer in batch)
        given = stream.read(len(wanted))
        if given == wanted:
            return
        at = 0
        for number, (arguments, answer) in enumerate(batch):
            if given[at:at + len(answer)] != answer:
                end = given[at:at + 400]
                self.fail(f"operation {first + number} with seed {SEED}: {arguments}\n want {answer}\n got  {end}")
            at += len(answer)

    def test_the_standard_policy(self):
        self.run_policy(STANDARD)

    def test_a_policy_of_odd_windows(self):
        self.run_policy(ODD)

    def test_a_policy_of_every_kind_of_rule(self):
        self.run_policy(RICH)

    def test_more_for_those_without_an_account_than_with_one(self):
        self.server.load(lua(Policy([Rule("generous", ["content"], "actor", 2, 60_000, anonymous=150)])))
        times = [100 * n for n in range(160)] + [60_000, 60_000, 60_100, 60_100]
        verdicts = [self.record(kind="content", ip="10.0.0.1", at=1_900_000_000_000 + time)["verdict"] for time in times]
        self.assertEqual(verdicts, ["allow"] * 150 + ["limit"] * 10 + ["allow", "limit", "allow", "limit"])

    def test_the_table_made_here_is_the_one_the_program_makes(self):
        """The figures of STANDARD, against the built-in policy: same series, limits and distinct rules."""
        for rule in STANDARD.rules:
            self.assertIn(watch(rule), self.chunk_text)

    def test_the_pool_has_no_collisions(self):
        for policy in (STANDARD, ODD, RICH):
            counted = sorted({describe(policy, spelled)[1] for spelled in ADDRESSES})
            for pool in (USERS, counted, OBJECTS):
                for number, element in enumerate(pool, 1):
                    self.assertEqual(self.redis.pfadd("pool", element), 1)
                    self.assertEqual(self.redis.pfcount("pool", "pool"), number)
                self.redis.delete("pool")


if __name__ == "__main__":
    unittest.main()
