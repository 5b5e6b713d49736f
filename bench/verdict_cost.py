#!/usr/bin/python3
"""What a verdict costs the Redis server, in CPU time of its process per call.

    /usr/bin/python3 bench/verdict_cost.py [-o human|json] [--rounds 15] [--calls 2000]

`floor` is one function call that does only what cannot be left out of a window, a distinct count and a log: ZADD, XADD
(the same fields, trimmed) and PFADD. `four commands` runs what a settled event runs, and decides nothing: what lies between it
and `content` is the price of checking and deciding in Lua. The cases take turns in short runs, pipelined, on a server of their own; of the runs
of a case the table shows the least and the median. Machines are noisy: compare ratios, not microseconds.
"""

import argparse
import json
import pathlib
import platform
import socket
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests" / "Conformance"))
from support import KEY, Server, standard_policy  # noqa: E402

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
"""
TEXT = "a text of a usual length, such as people write to each other all day long"
USERS = 200


def call(function, *arguments):
    parts = ["FCALL", function, "1", KEY, *arguments]
    out = [b"*%d\r\n" % len(parts)]
    for part in parts:
        part = str(part).encode()
        out.append(b"$%d\r\n%s\r\n" % (len(part), part))
    return b"".join(out)


def event(kind, user, number, *more):
    return ("kind", kind, "user", user, "ip", f"10.0.0.{number % 50}", "text", TEXT, *more)


CASES = {
    "empty": lambda n: call("bench_empty", *event("content", f"u{n % USERS}", n % USERS)),
    "floor": lambda n: call("bench_floor", *event("content", f"u{n % USERS}", n % USERS), "at", 1_900_000_000_000 + n),
    "four commands": lambda n: call("bench_four", *event("content", f"u{n % USERS}", n % USERS), "at", 1_900_000_000_000 + n),
    "content": lambda n: call("sentinel_record", *event("content", f"u{n % USERS}", n % USERS)),
    "message with tokens": lambda n: call("sentinel_record", *event("message", f"u{n % USERS}", n % USERS, "tokens", 20)),
    "content with id": lambda n: call("sentinel_record", *event("content", f"u{n % USERS}", n % USERS, "id", f"e{n}")),
    "new user, new address": lambda n: call("sentinel_record", "kind", "content", "user", f"fresh{n}", "ip",
                                            f"10.{1 + n // 65536 % 200}.{n // 256 % 256}.{n % 256}", "text", TEXT),
    "new user, 50 addresses": lambda n: call("sentinel_record", *event("content", f"new{n}", n)),
    "refused": lambda n: call("sentinel_record", *event("message", "refused", 1, "anonymous", 1)),
    "blocked": lambda n: call("sentinel_record", *event("content", "blocked", 2)),
    "check": lambda n: call("sentinel_check", *event("content", f"u{n % USERS}", n % USERS)),
}


class Runner:
    def __init__(self, server):
        self.server, self.number = server, 0
        self.link = socket.socket(socket.AF_UNIX)
        self.link.connect(server.socket)
        self.replies = self.link.makefile("rb")

    def cpu(self):
        info = self.server.client.info("cpu")
        return info["used_cpu_user"] + info["used_cpu_sys"]

    def run(self, make, calls):
        """CPU microseconds per call."""
        batches = []
        for first in range(0, calls, 100):
            batches.append(b"".join(make(self.number + first + n) for n in range(100)) + b"PING\r\n")
        self.number += calls
        before = self.cpu()
        for batch in batches:
            self.link.sendall(batch)
            while (line := self.replies.readline()) != b"+PONG\r\n":
                if line.startswith(b"-"):
                    raise SystemExit(line.decode())
        return (self.cpu() - before) / calls * 1e6


def measure(rounds, calls):
    server = Server()
    try:
        client = server.client
        # Limits that nobody reaches, but for messages of somebody without an account.
        policy = standard_policy()
        for limit in (50, 10, 20):
            policy = policy.replace(f"limit = {limit},", "limit = 1000000,")
        server.load(policy)
        client.execute_command("FCALL", "sentinel_block", 1, KEY, "subject", "user:blocked")
        client.execute_command("FUNCTION", "LOAD", "REPLACE", FLOOR)
        runner = Runner(server)
        times = {name: [] for name in CASES}
        for round_ in range(rounds + 1):
            for name, make in CASES.items():
                took = runner.run(make, calls if round_ else 5 * USERS)
                if round_:
                    times[name].append(took)
        return times
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", choices=("human", "json"), default="human", dest="output")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=2000)
    options = parser.parse_args()
    times = measure(options.rounds, options.calls)
    floor = (min(times["floor"]), statistics.median(times["floor"]))
    rows = [{"case": name, "min_us": round(min(each), 2), "median_us": round(statistics.median(each), 2),
             "min_ratio": round(min(each) / floor[0], 2), "median_ratio": round(statistics.median(each) / floor[1], 2)}
            for name, each in times.items()]
    if options.output == "json":
        print(json.dumps(rows, indent=2))
        return
    print(f"{platform.machine()}, {options.rounds} runs of {options.calls} calls; µs of server CPU per call, ratio to floor")
    print(f"{'':24}{'least':>8}{'':>7}{'median':>9}")
    for row in rows:
        print(f"{row['case']:24}{row['min_us']:8.2f}{row['min_ratio']:6.2f}×{row['median_us']:9.2f}{row['median_ratio']:6.2f}×")


if __name__ == "__main__":
    main()
