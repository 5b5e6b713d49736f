#!/usr/bin/python3
"""What becomes of a record's cost and of throughput as users and partitions grow, and how fast a recording is replayed.

    /usr/bin/python3 bench/growth.py [-o human|json] [--users 1000 100000 1000000] [--events 200000]

Each number of users has a Redis of its own, in which everybody was there once, each at an address of his own; then content
by users taken at random, none twice in a run, by turns, pipelined over one connection. The time is the bench's: `at once` all
is within one slice of distinct counts (5 minutes), in which a user's second event takes a short way; `later` each run is ten
minutes after the one before, so that everybody's event is his first in its slice, as it is of people who come now and then.
Partitions are 1, 4 and 16 keys of one Redis, in which 16,000 users are spread by their number. `sentinel replay` gets a
made-up community as a file and works with everything it has: functions, coordinator, incidents.

A million users take about 0.8 GB while this runs, and minutes to make; ten millions ten times as much of both.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile
import time

os.environ.setdefault("SENTINEL_BINARY", os.path.join(os.path.dirname(__file__), "..", ".build", "release", "sentinel"))

from redis_link import KEY, Link, Server, record, roomy_policy  # noqa: E402
from report import Report, add_output  # noqa: E402
from support import binary  # noqa: E402

TEXT = "a text of a usual length, such as people write to each other all day long"
SHARED = 16_000  # users over all partitions
START = 1_900_000_200_000  # begins a slice
SOON, LATER = 1_000, 600_000  # ms


class Population:
    """A Redis with so many users in so many partitions."""

    def __init__(self, users, partitions=1):
        self.users, self.partitions = users, partitions
        self.server = Server()
        self.server.load(roomy_policy())
        self.link = Link(self.server)
        self.time, self.times, self.rates = START, [], []
        for partition in range(partitions):
            self.server.client.set(KEY.replace("0", str(partition)) + ":clock", "replay")
        for first in range(0, users, 20_000):
            self.link.send([self.event(user) for user in range(first, min(users, first + 20_000))])
            self.trim()

    def event(self, user):
        """Content by a user, at his address."""
        return [[record("kind", "content", "user", f"user-{user}", "ip", f"10.{user >> 16}.{user >> 8 & 255}.{user & 255}",
                        "text", TEXT, "at", self.time, key=KEY.replace("0", str(user % self.partitions)))]]

    def trim(self):
        """Empties the logs, as a coordinator does."""
        for partition in range(self.partitions):
            self.server.client.xtrim(KEY.replace("0", str(partition)) + ":events", maxlen=0, approximate=False)

    def run(self, calls, chance, step):
        """An event of each of so many users taken at random, so many ms after what was before."""
        self.time += step
        made = [self.event(user) for user in chance.sample(range(self.users), min(self.users, calls))]
        began = time.monotonic()
        self.times.append(self.link.cost(made))
        self.rates.append(len(made) / (time.monotonic() - began))
        self.trim()

    def row(self, name):
        """Median throughput, least and median CPU time."""
        return name, statistics.median(self.rates), min(self.times), statistics.median(self.times)

    def stop(self):
        """Ends the server."""
        self.link.close()
        self.server.stop()


def by_turns(report, what, populations, options, steps):
    """Short runs of each, and tables with the ratio to the first."""
    chance = random.Random(4)
    first = next(iter(populations.values()))
    for how, step in steps:
        for population in populations.values():
            population.times, population.rates = [], []
        for _ in range(options.rounds):
            for population in populations.values():
                population.run(options.calls, chance, step)
        report.table([f"{what}, {how}", "events/s", "least us", "median us", "to the first"], [
            (*population.row(name), statistics.median(population.times) / statistics.median(first.times))
            for name, population in populations.items()])
    for population in populations.values():
        population.stop()


def replay(report, events):
    """A made-up community of about so many events, from a file."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        subprocess.run([binary(), "simulate", "--people", str(max(10, events // 22)), "--span", "1d", "--seed", "42", "--limit",
                        str(events)], stdout=file, check=True)
        server = Server()
        try:
            run = subprocess.run([binary(), "replay", "--redis", "unix://" + server.socket, "-o", "json", file.name],
                                 capture_output=True, check=True)
        finally:
            server.stop()
    said = json.loads(run.stdout)
    report.add("replayed", said["events"], "events")
    report.add("replay", said["events"] / said["milliseconds"] * 1000, "events/s")


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--users", type=int, nargs="+", default=[1000, 100_000, 1_000_000], help="populations")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--events", type=int, default=200_000, help="of the replay")
    options = parser.parse_args()
    report = Report(f"growth: {options.rounds} runs of {options.calls} events by turns")
    steps = ("at once", SOON // options.rounds), ("later", LATER)
    by_turns(report, "users", {f"{users}": Population(users) for users in options.users}, options, steps)
    by_turns(report, "partitions", {f"{count}": Population(SHARED, count) for count in (1, 4, 16)}, options, steps[:1])
    replay(report, options.events)
    report.show(options.output)


if __name__ == "__main__":
    main()
