#!/usr/bin/python3
"""What a verdict costs the Redis server, in CPU time of its process per call, beside what other limiters cost it.

    .build/peers/bin/python bench/verdict_cost.py [-o human|json] [--rounds 15] [--calls 2000]

The cases take turns in short runs, pipelined, on a server of their own; of the runs of a case the table shows the least and
the median. Machines are noisy: compare ratios, not microseconds.

There are two tables. In the first everything goes in pipelines of 100 calls, so that a call costs what its commands cost.
In the second each round trip is waited for, as an app does that wants a verdict now: reading and writing costs more than
most commands.

`floor` is one function call that does only what cannot be left out of a window, a distinct count and a log: ZADD, XADD
(the same fields, trimmed) and PFADD; `raw commands` are these three without a function. `four commands` runs what a settled
event runs, and decides nothing: what lies between it and `content` is the price of checking and deciding in Lua.

Peers: their own clients make each command, with keys and times as they would send it; the commands are kept instead of
sent, and then go to the server as ours do. `same job` is what an app has to send with that peer for what one event of ours
gives. Without the environment of the peers (/usr/bin/python3) they are left out.
"""

import argparse
import statistics

import peers
from redis_link import KEY, Link, Server, roomy_policy
from report import Report, add_output
from verdict_cases import CASES, FLOOR, USERS, WINDOWS, Fresh, Plain, peer_cases

ALONE = ("empty FCALL", "floor", "raw commands", "content", "message with tokens", "check", "EXISTS of the check's keys")


def measure(rounds, calls):
    """Microseconds of each run, by case: in pipelines, and one by one."""
    server = Server()
    try:
        server.load(roomy_policy())
        server.client.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", "user:blocked")
        server.client.execute_command("FUNCTION", "LOAD", "REPLACE", FLOOR)
        link, others = Link(server), peer_cases(server.client)
        cases = {name: Plain(make) for name, make in CASES.items()}
        cases |= {name: Fresh(link, entries, each) for name, (entries, each) in WINDOWS.items()} | others
        return [by_turns(link, some, rounds, calls, one_by_one) for some, one_by_one in (
            (cases, False), ({name: case for name, case in cases.items() if name in (*ALONE, *others)}, True))]
    finally:
        server.stop()


def by_turns(link, cases, rounds, calls, one_by_one):
    """Microseconds of each run, by case. The first round, which makes the keys, does not count."""
    times = {name: [] for name in cases}
    for round_ in range(rounds + 1):
        for name, case in cases.items():
            took = link.cost(case.prepare(calls if round_ else 5 * USERS), one_by_one)
            if round_:
                times[name].append(took)
    return times


def ratio(times, name, to):
    """Of the medians."""
    return statistics.median(times[name]) / statistics.median(times[to])


def judge(report, times, how):
    """The goals."""
    for name in ("content", "message with tokens"):
        report.goal(f"{name} to floor, {how}", ratio(times, name, "floor"), most=1.35)
    report.goal(f"check to EXISTS of the same keys, {how}", ratio(times, "check", "EXISTS of the check's keys"), most=1.5)
    if not (jobs := [name for name in times if name.startswith("same job, ")]):
        return
    report.goal(f"content to one check of limits, moving window, {how}", ratio(times, "content", "limits, moving window"),
                most=1.2)
    best = min(jobs, key=lambda name: statistics.median(times[name]))
    report.goal(f"message with tokens to the {best}, {how}", ratio(times, "message with tokens", best), most=0.45)


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=2000)
    options = parser.parse_args()
    report = Report(f"server CPU per call: {options.rounds} runs of {options.calls} calls by turns")
    for how, times in zip(("in pipelines", "one by one"), measure(options.rounds, options.calls)):
        floor = min(times["floor"]), statistics.median(times["floor"])
        report.table([how, "least us", "to floor", "median us", "to floor"], [
            (name, min(each), min(each) / floor[0], statistics.median(each), statistics.median(each) / floor[1])
            for name, each in times.items()])
        judge(report, times, how)
    for name, version in peers.versions().items():
        report.add(name, version)
    report.show(options.output)


if __name__ == "__main__":
    main()
