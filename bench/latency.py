#!/usr/bin/python3
"""How long a call takes an app in Python: our record and check, a PING, and the checks of other limiters by their clients.

    .build/peers/bin/python bench/latency.py [-o human|json] [--rounds 5] [--seconds 1] [--rates 500 2000]

One thread, one connection over a unix socket, redis-py for all, in short runs by turns; the tables have the quantiles of the
median run, so that a moment in which the machine stood still does not decide. Closed loop: the next call begins
when the one before is answered. At a rate: calls are due at fixed times, and one counts from when it was due, whenever it
could begin; so a slow answer counts for all that it held up. `bench calls` has the same of ours in Swift.
"""

import argparse
import statistics
import time

import peers
from redis_link import KEY, Server, roomy_policy
from report import Report, add_output, quantile
from verdict_cases import USERS, usual

SHARES = (0.5, 0.99, 0.999)


def callers(client):
    """What is called, by name; each takes a number."""
    found = {
        "PING": lambda n: client.ping(),
        "record": lambda n: client.execute_command("FCALL", "sentinel_record", 1, KEY, *usual(n)),
        "check": lambda n: client.execute_command("FCALL", "sentinel_check", 1, KEY, *usual(n)),
    }
    if len(peers.versions()) == len(peers.PACKAGES):
        for name in peers.PEERS:
            peer = peers.Peer(name, client)
            found[name] = lambda n, peer=peer: peer.ask(f"u{n % USERS}")
    return found


def closed(call, seconds):
    """The times of calls, one after the other."""
    times, now = [], time.perf_counter()
    end = now + seconds
    while now < end:
        call(len(times))
        before, now = now, time.perf_counter()
        times.append(now - before)
    return times


def scheduled(call, seconds, rate):
    """The times of calls from when they were due."""
    begin, times = time.perf_counter(), []
    for n in range(int(seconds * rate)):
        due = begin + n / rate
        while (left := due - time.perf_counter()) > 0:
            if left > 0.0002:
                time.sleep(left - 0.0001)
        call(n)
        times.append(time.perf_counter() - due)
    return times


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="of each run")
    parser.add_argument("--rates", type=int, nargs="*", default=[500, 2000], help="calls a second")
    options = parser.parse_args()
    report = Report(f"latency of redis-py: {options.rounds} runs of {options.seconds} s by turns")
    server = Server()
    try:
        server.load(roomy_policy())
        calls = callers(server.client)
        for rate in (None, *options.rates):
            how, times = f"{rate}/s" if rate else "closed loop", {name: [] for name in calls}
            for _ in range(options.rounds):
                for name, call in calls.items():
                    run = scheduled(call, options.seconds, rate) if rate else closed(call, options.seconds)
                    times[name].append([1e6 * quantile(run, share) for share in SHARES])
            median = {name: [statistics.median(each) for each in zip(*runs)] for name, runs in times.items()}
            report.table([f"{how}, us", "p50", "p99", "p99.9", "p50 to PING"], [
                (name, *each, each[0] / median["PING"][0]) for name, each in median.items()])
            if others := [name for name in median if name in peers.PEERS]:
                best = min(others, key=lambda name: median[name][0])
                report.add(f"record to {best}, p50, {how}", median["record"][0] / median[best][0], "×")
    finally:
        server.stop()
    report.show(options.output)


if __name__ == "__main__":
    main()
