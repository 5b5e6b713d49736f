#!/usr/bin/python3
"""How much memory the coordinator takes, by how many users it has seen.

    /usr/bin/python3 bench/resident.py [-o human|json] [--users 100000 1000000]

`sentinel run` on a Redis of its own; each user posts once, from an address of his own, as fast as Redis takes it, and after
each number of users the size of the process is read when everything is worked off. The goal compares ten millions with one;
by what one million takes, that is ten times the time, and 24 GB of Redis.
"""

import argparse
import os
import random

os.environ.setdefault("SENTINEL_BINARY", os.path.join(os.path.dirname(__file__), "..", ".build", "release", "sentinel"))

from coordinated import Coordinated, unlike  # noqa: E402
from redis_link import record  # noqa: E402
from report import Report, add_output  # noqa: E402

PIECE = 20_000  # users between two looks at how far the coordinator is


def post(user, chance):
    """A post of a user who posts no more; no two texts are alike."""
    return [[record("kind", "content", "user", f"user-{user}", "ip", f"10.{user >> 16 & 255}.{user >> 8 & 255}.{user & 255}",
                    "text", unlike(chance))]]


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--users", type=int, nargs="+", default=[100_000, 1_000_000], help="in growing order")
    options = parser.parse_args()
    report, chance, rows, seen = Report("resident memory of the coordinator"), random.Random(9), [], 0
    with Coordinated() as site:
        rows.append(("0", site.resident() / 2**20, site.client.info("memory")["used_memory"] / 2**20))
        for users in options.users:
            while seen < users:
                end = min(users, seen + PIECE)
                site.link.send([post(user, chance) for user in range(seen, end)])
                site.drain()
                seen = end
            rows.append((f"{users}", site.resident() / 2**20, site.client.info("memory")["used_memory"] / 2**20))
    report.table(["users seen", "MB resident", "MB of Redis"], rows)
    for (fewer, before, _), (more, after, _) in zip(rows[1:], rows[2:]):
        report.goal(f"resident at {more} users to {fewer}", after / before, most=1.1)
    report.show(options.output)


if __name__ == "__main__":
    main()
