#!/usr/bin/python3
"""How soon Sentinel is there: from the start of the release binary until it is ready, and until the first alert.

    /usr/bin/python3 bench/startup.py [-o human|json] [--runs 10]

Ready is the first answer 200 of /readyz: Redis is reached, the function library loaded, a coordinator at work. `up`
starts its own Redis as well, in an empty folder; `run` finds one that is empty. The first alert is that of a community made up
by `sentinel simulate`, fed as `make run` does it, read from what `sentinel up` prints.
"""

import argparse
import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

os.environ.setdefault("SENTINEL_BINARY", os.path.join(os.path.dirname(__file__), "..", ".build", "release", "sentinel"))

from redis_link import Server  # noqa: E402
from report import Report, add_output  # noqa: E402
from support import binary  # noqa: E402

ALERT = re.compile(r"^\d{4}-\d\d-\d\dT\S+Z\s+(low|medium|high|critical)\s")


class Started:
    """The program, from its start on."""

    def __init__(self, *arguments, stdin=subprocess.DEVNULL):
        self.began = time.monotonic()
        self.process = subprocess.Popen([binary(), *arguments], stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def wait_for(self, pattern):
        """The match in the first line that has one, and the seconds since the start."""
        for line in self.process.stdout:
            if found := re.search(pattern, line):
                return found, time.monotonic() - self.began
        raise SystemExit(f"sentinel ended without saying {pattern}")

    def wait_until_ready(self):
        """The seconds from the start until /readyz says so."""
        port = int(self.wait_for(r"HTTP API(?: at|:) http://\S+:(\d+)")[0][1])
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            status = connection.getresponse().status
            connection.close()
            if status == 200:
                return time.monotonic() - self.began
            time.sleep(0.0005)

    def stop(self):
        """Ends it, and whatever it started if it does not end by itself."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            print("sentinel did not end within 10 s", file=sys.stderr)
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def with_up(body, *arguments, stdin=subprocess.DEVNULL):
    """What `body` says of `sentinel up` in an empty folder."""
    folder = tempfile.mkdtemp(prefix="sentinel-bench-")
    started = Started("up", "--data", folder, "--listen", "127.0.0.1:0", *arguments, stdin=stdin)
    try:
        return body(started)
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run_ready():
    """`sentinel run` on an empty Redis."""
    server = Server()
    started = Started("run", "--redis", "unix://" + server.socket, "--listen", "127.0.0.1:0")
    try:
        return started.wait_until_ready()
    finally:
        started.stop()
        server.stop()


def first_alert():
    """`sentinel up` with a community, as make run has it."""
    community = subprocess.Popen([binary(), "simulate"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        return with_up(lambda started: started.wait_for(ALERT)[1], "--replay", "-", stdin=community.stdout)
    finally:
        community.stdout.close()
        community.wait()


def version():
    """The program does nothing but print its version: what starting any process costs here."""
    began = time.monotonic()
    subprocess.run([binary(), "--version"], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_output(parser)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    report = Report(f"start-up: {options.runs} runs by turns")
    cases = {"sentinel --version": version, "run, until ready": run_ready,
             "up, until ready": lambda: with_up(Started.wait_until_ready), "up, until the first alert": first_alert}
    times = {name: [] for name in cases}
    for _ in range(options.runs):
        for name, case in cases.items():
            times[name].append(1000 * case())
    report.table(["ms", "least", "median", "most"], [
        (name, min(each), statistics.median(each), max(each)) for name, each in times.items()])
    report.goal("run, until ready, median", statistics.median(times["run, until ready"]), most=100, unit="ms")
    report.goal("up, until the first alert, median", statistics.median(times["up, until the first alert"]), most=2000,
                unit="ms")
    report.show(options.output)


if __name__ == "__main__":
    main()
