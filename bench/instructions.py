#!/usr/bin/python3
"""What a verdict costs the Redis server in instructions: the cases of verdict_cost.py under callgrind, which nothing disturbs.

    .build/peers/bin/python bench/instructions.py [-o human|json] [--calls 500]

Wants valgrind, and some minutes. Instructions are not time: they leave out waiting for memory, and calls into the kernel. So
commands count for more here than what surrounds them.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from redis_link import KEY, Link, Server, roomy_policy
from report import Report, add_output
from verdict_cases import CASES, FLOOR, USERS, WINDOWS, Fresh, Plain, peer_cases

WRAPPER = """#!/bin/sh
exec valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file={folder}/out {server} "$@" 2> /dev/null
"""


class SlowServer(Server):
    """Starts under valgrind, which takes its time on a busy machine."""

    patience = 120


class Counter:
    """A Redis whose instructions are counted."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sentinel-bench-"))
        wrapper = self.folder / "redis-server"
        wrapper.write_text(WRAPPER.format(folder=self.folder, server=shutil.which("redis-server")))
        wrapper.chmod(0o755)
        path = os.environ["PATH"]
        os.environ["PATH"] = f"{self.folder}:{path}"
        self.server = SlowServer()
        os.environ["PATH"] = path
        self.server.load(roomy_policy())
        self.server.client.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", "user:blocked")
        self.server.client.execute_command("FUNCTION", "LOAD", "REPLACE", FLOOR)
        self.link, self.dumps = Link(self.server), 0

    def control(self, *words):
        """Tells callgrind."""
        subprocess.run(["callgrind_control", *words, str(self.server.process.pid)], capture_output=True, check=True)

    def count(self, case, calls):
        """Instructions per call, after some that are not counted."""
        self.link.send(case.prepare(2 * USERS))
        made = case.prepare(calls)
        self.control("-i", "on")
        self.control("-z")
        self.link.send(made)
        self.control("-d")
        self.control("-i", "off")
        self.dumps += 1
        return int(re.search(r"^(?:summary|totals): (\d+)", (self.folder / f"out.{self.dumps}").read_text(), re.M)[1]) / calls

    def stop(self):
        """Ends the server."""
        self.link.close()
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    """Counts and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--calls", type=int, default=500)
    options = parser.parse_args()
    report = Report(f"instructions of the server per call, {options.calls} calls in pipelines")
    counter = Counter()
    try:
        cases = {name: Plain(make) for name, make in CASES.items()}
        cases |= {name: Fresh(counter.link, entries, each) for name, (entries, each) in WINDOWS.items()}
        cases |= peer_cases(counter.server.client)
        counts = {name: counter.count(case, options.calls) for name, case in cases.items()}
    finally:
        counter.stop()
    report.table(["", "instructions", "to floor"], [
        (name, count, count / counts["floor"]) for name, count in counts.items()])
    report.show(options.output)


if __name__ == "__main__":
    main()
