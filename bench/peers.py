"""Other rate limiters for Redis, by their own clients. They live in an environment of their own, .build/peers: see Makefile.

A peer is a function that asks about one user and one limit as its manual says, with whatever the peer sends to Redis for
that. All limits have room for everybody: what is measured is the answer yes.
"""

import contextlib
import importlib.metadata
import time
from unittest import mock

import redis

from redis_link import pack

MANY = 1_000_000
PACKAGES = ("limits", "pyrate-limiter", "throttled-py", "upstash-ratelimit")


def versions():
    """The peers that are installed, with their versions."""
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def limits_moving(client):
    """`limits`, moving window: a list of times per user."""
    return limits_by("MovingWindowRateLimiter", client)


def limits_sliding(client):
    """`limits`, sliding window counter: two counters per user, weighted."""
    return limits_by("SlidingWindowCounterRateLimiter", client)


def limits_by(strategy, client):
    """A strategy of `limits`; two windows are two calls."""
    import limits
    storage = limits.storage.RedisStorage("redis://", connection_pool=client.connection_pool)
    limiter = getattr(limits.strategies, strategy)(storage)
    windows = limits.RateLimitItemPerMinute(MANY), limits.RateLimitItemPerDay(MANY)

    def ask(user, count=1):
        for window in windows[:count]:
            limiter.hit(window, user)

    return ask


def pyrate(client):
    """`pyrate-limiter`: a sorted set per user for all windows, asked in one call. Its removal of old entries is not in."""
    from pyrate_limiter import Duration, Rate, RateItem, RedisBucket
    rates = [Rate(MANY, Duration.MINUTE), Rate(MANY + 1, Duration.DAY)]
    buckets = {}

    def ask(user, count=2):
        bucket = buckets.get((user, count))
        if not bucket:
            bucket = buckets[user, count] = RedisBucket(rates[:count], client, f"pyrate:{count}:{user}", loaded)
        bucket.put(RateItem(user, time.time_ns() // 1_000_000))

    loaded = RedisBucket.init(rates, client, "pyrate").script_hash
    return ask


def throttled_sliding(client):
    """`throttled-py`, sliding window: two counters per user, weighted."""
    return throttled_by("sliding_window", client)


def throttled_gcra(client):
    """`throttled-py`, GCRA: one time per user."""
    return throttled_by("gcra", client)


def throttled_by(algorithm, client):
    """An algorithm of `throttled-py`; two windows are two calls."""
    import throttled
    path = client.connection_pool.connection_kwargs["path"]
    store = throttled.RedisStore(server=f"unix://{path}")
    limiters = [throttled.Throttled(using=algorithm, quota=quota(MANY), store=store)
                for quota in (throttled.per_min, throttled.per_day)]

    def ask(user, count=1):
        for number, limiter in enumerate(limiters[:count]):
            limiter.limit(f"{user}:{number}")

    return ask


def upstash_sliding(client):
    """`upstash-ratelimit`, sliding window: speaks to its own service over HTTP, so its script is sent here by redis-py.

    As EVALSHA, although it sends the script's text each time. Redis 7 does not know the flag in the script's first
    line, which is left out.
    """
    from upstash_ratelimit import Ratelimit, SlidingWindow

    class Adapter:
        """What the limiter wants of its client."""

        def __init__(self):
            self.scripts = {}

        def eval(self, script, keys, args):
            """Runs the script."""
            sha = self.scripts.get(script)
            if not sha:
                sha = self.scripts[script] = client.script_load(script.split("\n", 1)[1])
            return client.evalsha(sha, len(keys), *keys, *args)

    limiters = [Ratelimit(redis=Adapter(), limiter=SlidingWindow(max_requests=MANY, window=window), prefix=f"up{window}")
                for window in (60, 86400)]

    def ask(user, count=1):
        for limiter in limiters[:count]:
            limiter.limit(user)

    return ask


# What asks, and the reply by which its client knows that there is room.
PEERS = {
    "limits, moving window": (limits_moving, 1),
    "limits, sliding counter": (limits_sliding, 1),
    "pyrate-limiter, two rates": (pyrate, [-1, -1]),
    "throttled-py, sliding window": (throttled_sliding, [0, 1, b"0"]),
    "throttled-py, GCRA": (throttled_gcra, [0, 1, b"0", b"0"]),
    "upstash-ratelimit, sliding window": (upstash_sliding, 1),
}


class Peer:
    """A peer on a server: asks, or tells the commands by which it would."""

    def __init__(self, name, client):
        make, self.reply = PEERS[name]
        self.ask = make(client)
        for count in (1, 2):
            self.ask("somebody", count)  # loads its scripts

    def commands(self, user, count=1):
        """What the client sends to ask about so many windows, packed; nothing is sent."""
        sent = []

        def keep(_, *words, **__):
            sent.append(pack(*words))
            return self.reply

        with mock.patch.object(redis.Redis, "execute_command", keep):
            self.ask(user, count)
        return sent
