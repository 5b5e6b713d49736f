"""The calls whose cost is measured: ours, the least that could do, and those of other limiters.

A call is a list of round trips, a round trip a list of packed commands: sent one by one, an app waits for each round trip; in a
pipeline everything goes in one.
"""

import sys

import peers
from redis_link import KEY, pack, record

FLOOR = """#!lua name=bench
redis.register_function('bench_empty', function(keys, argv) return { 'verdict', 'allow' } end)
redis.register_function('bench_floor', function(keys, argv)
  local user = argv[4]
  redis.call('ZADD', keys[1] .. ':floor:w:' .. user, argv[#argv], argv[#argv])
  argv[#argv], argv[#argv - 1] = nil, nil
  redis.call('XADD', keys[1] .. ':floor:events', 'MAXLEN', '~', '250000', '*', unpack(argv))
  redis.call('PFADD', keys[1] .. ':floor:d:' .. argv[6], user)
  return { 'verdict', 'allow' }
end)
redis.register_function('bench_four', function(keys, argv)
  local call, prefix, user, member = redis.call, keys[1] .. ':floor:', argv[4], argv[#argv]
  local found = call('MGET', prefix .. 'changes', prefix .. 's:' .. user)
  argv[#argv], argv[#argv - 1] = nil, nil
  call('XADD', prefix .. 'events', '*', unpack(argv))
  call('ZADD', prefix .. 'w:' .. user, member, member)
  call('SETRANGE', prefix .. 's:' .. user, found[2] and '20' or '240', '123456781234567812345678123456781234567812345678')
  return { 'verdict', 'allow', 'rule', 'rapid_content_creation', 'limit', 20, 'remaining', 19 }
end)
redis.register_function{ function_name = 'bench_exists', flags = { 'no-writes' }, callback = function(keys, argv)
  local there = redis.call('EXISTS', keys[1] .. ':seq:blocks', keys[1] .. ':s:actor:user:' .. argv[4])
  return { 'verdict', there == 2 and 'allow' or 'block' }
end }
"""
TEXT = "a text of a usual length, such as people write to each other all day long"
USERS = 200
START = 1_900_000_000_000


def event(kind, user, number, *more):
    """The fields of an event."""
    return ("kind", kind, "user", user, "ip", f"10.0.0.{number % 50}", "text", TEXT, *more)


def usual(n, kind="content", *more):
    """An event of one of USERS."""
    return event(kind, f"u{n % USERS}", n % USERS, *more)


def ours(make, function="sentinel_record"):
    """A call of a function with the fields that `make` gives for a number."""
    return lambda n: [[record(*make(n), function=function)]]


def raw_floor(n):
    """The three commands of the floor, without a function."""
    user, fields = f"u{n % USERS}", usual(n)
    return [[pack("ZADD", f"{KEY}:floor:w:{user}", START + n, START + n),
             pack("XADD", f"{KEY}:floor:events", "MAXLEN", "~", "250000", "*", *fields),
             pack("PFADD", f"{KEY}:floor:d:{fields[5]}", user)]]


def timed(n):
    """A usual event with a time, which the floor has for its window."""
    return (*usual(n), "at", START + n)


def newcomer(n):
    """A user and an address that nobody has seen."""
    return ("kind", "content", "user", f"fresh{n}", "ip", f"10.{1 + n // 65536 % 200}.{n // 256 % 256}.{n % 256}",
            "text", TEXT)


def spending(n):
    """A message, which two windows and a sum count."""
    return usual(n, "message", "tokens", 20)


CASES = {
    "empty FCALL": ours(usual, "bench_empty"),
    "floor": ours(timed, "bench_floor"),
    "raw commands": raw_floor,
    "four commands": ours(timed, "bench_four"),
    "content": ours(usual),
    "message with tokens": ours(spending),
    "content with id": ours(lambda n: usual(n, "content", "id", f"e{n}")),
    "new user, new address": ours(newcomer),
    "new user, 50 addresses": ours(lambda n: event("content", f"new{n}", n)),
    "refused": ours(lambda n: event("message", "refused", 1, "anonymous", 1)),
    "blocked": ours(lambda n: event("content", "blocked", 2)),
    "check": ours(usual, "sentinel_check"),
    "EXISTS of the check's keys": ours(usual, "bench_exists"),
}
# Content by users who have so many entries in their window already: how many, and how many calls each user gets.
WINDOWS = {"1 entry in the window": (1, 1), "20 entries in the window": (20, 2), "500 entries in the window": (500, 40)}


class Fresh:
    """Each call is by a user who has so many entries in the window; made so before the run, which does not count."""

    def __init__(self, link, entries, each):
        self.link, self.entries, self.each, self.first = link, entries, each, 0

    def prepare(self, calls):
        """The calls of a run."""
        users = range(self.first, self.first + max(1, calls // self.each))
        self.first = users.stop
        made = [[[record(*event("content", f"w{self.entries}-{user}", user))]] for user in users]
        for _ in range(self.entries):
            self.link.send(made)
        return made * self.each


class Plain:
    """Calls by number."""

    def __init__(self, make):
        self.make, self.first = make, 0

    def prepare(self, calls):
        """The calls of a run."""
        first, self.first = self.first, self.first + calls
        return [self.make(n) for n in range(first, first + calls)]


def peer_cases(client):
    """One check of each peer that is installed, and the same job with it."""
    missing = [name for name in peers.PACKAGES if name not in peers.versions()]
    if missing:
        print(f"left out, not installed: {', '.join(missing)} (run .build/peers/bin/python)", file=sys.stderr)
        return {}
    cases = {}
    for name in peers.PEERS:
        peer = peers.Peer(name, client)
        cases[name] = Plain(lambda n, peer=peer: [[each] for each in peer.commands(f"u{n % USERS}")])
        cases["same job, " + name] = Plain(lambda n, peer=peer: same_job(peer, f"u{n % USERS}", spending(n)))
    return cases


def same_job(peer, user, fields):
    """What an app sends beside a peer to get what one message of ours gives.

    Two windows of the user by the peer's client; and in one round trip more whether user or address are blocked, how many
    accounts the address has, and the log.
    """
    address = fields[5]
    accounts = f"job:d:{address}"
    return [[each] for each in peer.commands(user, 2)] + [[
        pack("EXISTS", f"job:block:user:{user}", f"job:block:ip:{address}"), pack("PFADD", accounts, user),
        pack("PFCOUNT", accounts), pack("XADD", "job:events", "MAXLEN", "~", "250000", "*", *fields)]]
