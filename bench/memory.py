#!/usr/bin/python3
"""How much memory of Redis users, addresses, floods and campaigns take.

    /usr/bin/python3 bench/memory.py [-o human|json] [--users 200000] [--campaigns 1000]

What one subject takes is the sum of MEMORY USAGE (every part of a value counted) over its keys; it does not depend on the
machine. What many take is the growth of used_memory, without the log, which has a bound of its own. A raw sorted set has the
same times as scores, in a key with a name of the same length: with the members that ours has, with times as members (which
loses one of two events in the same ms), and with a member per event that nothing else has.

Three kinds of floods: of events that differ in nothing; of all kinds, from changing addresses, about changing objects; and the
same with an id on each event. Each is beside a subject that sent as much of the same as the limits of the policy allow.
"""

import argparse
import itertools

from campaigns import campaign_memory
from redis_link import KEY, Link, Server, record
from report import Report, add_output

START = 1_795_305_226_487
TEXT = "a text of a usual length, such as people write to each other all day long"
KINDS = ("content", "message", "read", "login")
ADDRESSES = 5  # a user may have in an hour


def alike(n):
    """One event like the other."""
    return "kind", "content", "ip", "10.0.0.1", "text", TEXT


def changing(n, addresses=60_000):
    """Of all kinds, from changing addresses, about changing objects."""
    place = n % addresses
    return ("kind", KINDS[n % 4], "ip", f"10.0.{place % 250}.{place // 250}", "text", TEXT, "tokens", 20, "object", f"o{n}")


def allowed():
    """As much of all kinds as the policy allows."""
    for kind, count in (("content", 20), ("message", 10), ("read", 300)):
        for n in range(count):
            yield "kind", kind, *changing(n, ADDRESSES)[2:]


def with_id(fields, n):
    """With an id besides."""
    return *fields, "id", f"event-{n}"


FLOODS = {  # the flood's event of a number, and what a subject at its limits sends
    "all alike": (alike, lambda: map(alike, range(20))),
    "changing kinds, addresses, objects": (changing, allowed),
    "changing, with ids": (lambda n: with_id(changing(n), n), lambda: map(with_id, allowed(), itertools.count())),
}


class Bench:
    """A server with the library, whose clock is the caller's."""

    def __init__(self):
        self.server = Server()
        self.client = self.server.client
        self.server.load()
        self.client.set(f"{KEY}:clock", "replay")
        self.link = Link(self.server)

    def stop(self):
        """Ends the server."""
        self.link.close()
        self.server.stop()

    def send(self, events):
        """Records events, given by their fields."""
        while piece := list(itertools.islice(events, 20_000)):
            self.link.send([[[record(*fields)]] for fields in piece])

    def size(self, subject):
        """The bytes of all keys of a subject."""
        return sum(self.client.memory_usage(key, samples=0) for key in self.client.scan_iter(f"*:{subject}", count=10_000))

    def windows(self, subject):
        """The sorted sets of a subject, each with its entries."""
        return {key: self.client.zrange(key, 0, -1, withscores=True)
                for key in self.client.scan_iter(f"*:w:*:{subject}", count=10_000)}

    def raw(self, subject, member):
        """The bytes of raw sorted sets with the same entries, by what `member` makes of number, member and time."""
        total = 0
        for key, entries in self.windows(subject).items():
            name = b"raw" + key[3:]
            self.client.zadd(name, {member(n, own, int(time)): time for n, (own, time) in enumerate(entries)})
            self.client.pexpire(name, 3_600_000)
            total += self.client.memory_usage(name, samples=0)
            self.client.delete(name)
        return total

    def grown(self, events):
        """By how much used_memory grew with these events, the log left out."""
        before = self.without_log()
        self.send(events)
        return self.without_log() - before

    def without_log(self):
        """used_memory with an empty log."""
        self.client.delete(f"{KEY}:events")
        return self.client.info("memory")["used_memory"]


RAW = {
    "own members": lambda n, own, time: own,
    "times as members": lambda n, own, time: time,
    "unique members": lambda n, own, time: f"{time}-{n:06}",
}
WINDOWS = (("content", 1), ("content", 20), ("message", 20), ("message", 50))


def user_sizes(bench, kind, entries):
    """The bytes of a user with so many entries, and of raw sorted sets of the same by their members."""
    user = f"{kind[0]}-{entries:02}"
    bench.send(("kind", kind, "user", user, "ip", "10.0.0.1", "text", TEXT, "tokens", 20, "at", START + 10_000 * n)
               for n in range(entries))
    return bench.size(f"user:{user}"), {name: bench.raw(f"user:{user}", member) for name, member in RAW.items()}


def flood_sizes(bench, name, count):
    """The bytes of a subject at its limits, and of one that floods with so many events."""
    flood, limited = FLOODS[name]
    sizes = []
    for what, events in (("some", limited()), ("lots", map(flood, range(count)))):
        user = f"{what}-{list(FLOODS).index(name)}"
        bench.send((*fields, "user", user, "at", START + n // 10) for n, fields in enumerate(events))
        sizes.append(bench.size(f"user:{user}"))
    return sizes


def one_subject(bench, report):
    """Users with so many entries, beside raw sorted sets."""
    rows = []
    for kind, entries in WINDOWS:
        ours, raw = user_sizes(bench, kind, entries)
        rows.append((f"{kind}, {entries}", ours, *(cell for each in raw.values() for cell in (each, ours / each))))
        if entries == 20:
            for name in ("own members", "times as members"):
                report.goal(f"user with 20 entries of {kind} to a sorted set of the same, {name}", ours / raw[name], most=1.5)
    report.table(["bytes of a user by entries", "ours"] + [each for name in RAW for each in (f"raw, {name}", "to it")], rows)
    bench.send(iter([("kind", "login", "user", "idle", "ip", "10.9.0.1", "at", START)]))
    report.add("idle user, seen once", bench.size("user:idle"), "bytes")
    report.add("address with one user", bench.size("ip:10.9.0.1"), "bytes")
    for users in (3, 1000):
        bench.send(("kind", "login", "user", f"crowd{users}-{n}", "ip", f"10.9.1.{users % 256}", "at", START)
                   for n in range(users))
        report.add(f"address with {users} users", bench.size(f"ip:10.9.1.{users % 256}"), "bytes")


def flood_of_one(bench, report, count):
    """A subject that does not stop, beside one at its limits that sends the same."""
    rows = []
    for name in FLOODS:
        some, lots = flood_sizes(bench, name, count)
        rows.append((name, some, lots, lots / some))
        report.goal(f"flood of one subject, {name}, to one at its limits", lots / some, most=4)
    report.table([f"bytes of a subject, {count} events", "at its limits", "flooding", "to it"], rows)


def many(bench, report, users):
    """What so many users take."""
    rows = []
    for name, entries, address in (("each at an address of its own, seen once", 1, lambda n: n),
                                   ("fifty at an address, seen once", 1, lambda n: n // 50),
                                   ("each at an address of its own, 20 entries", 20, lambda n: n)):
        if entries == 20:
            users = min(users, 20_000)
        bench.client.flushall()
        bench.client.set(f"{KEY}:clock", "replay")
        grown = bench.grown(
            ("kind", "content", "user", f"user-{n}", "ip", f"10.{address(n) >> 16}.{address(n) >> 8 & 255}.{address(n) & 255}",
             "text", TEXT, "at", START + entry * 1000) for entry in range(entries) for n in range(users))
        rows.append((name, users, grown / users, grown / users))
    report.table(["many users (MB of a million: from that)", "users", "bytes each", "MB of a million"], rows)


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--users", type=int, default=200_000, help="how many users at most")
    parser.add_argument("--events", type=int, default=20_000, help="of a subject that floods")
    parser.add_argument("--campaigns", type=int, default=1000, help="how many campaigns")
    options = parser.parse_args()
    report = Report("memory of Redis")
    bench = Bench()
    try:
        one_subject(bench, report)
        flood_of_one(bench, report, options.events)
        many(bench, report, options.users)
    finally:
        bench.stop()
    campaign_memory(report, options.campaigns)
    report.show(options.output)


if __name__ == "__main__":
    main()
