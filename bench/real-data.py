#!/usr/bin/env python3
"""Replays real recordings with labels through the whole system, from file to block key, and prints docs/real-data.md's
tables as Markdown.

    SENTINEL_DATA=<folder> bench/real-data.py [part of a name …]

SENTINEL_BINARY is the program, .build/release/sentinel without it. Each recording gets a system of its own: `sentinel up`
in an empty folder, then `sentinel replay --live` into it, as a user would do it.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BINARY = os.environ.get("SENTINEL_BINARY", str(HERE.parent / ".build/release/sentinel"))

# Name, file, further arguments of `replay`. KINDS is the table of the cadence files' actors as labels.
KINDS = object()
RECORDINGS = [
    ("Access log (almhuette)", "logs/almhuette/access.log.gz", ["--labels", "logs/almhuette/labels.csv"]),
    ("IRC spam wave 2018", "text/irc_spam_2018.csv.gz", ["--tick", "1m"]),
    ("YouTube comments (raw)", "text/youtube_raw.csv.gz", []),
    ("YouTube comments (UCI)", "text/youtube_uci_katy_lmfao_eminem.csv.gz", ["--skip-bad"]),
    ("Git scrapers", "cadence/git_scrapers.csv.gz", ["--labels", KINDS]),
    ("Git projects", "cadence/git_projects.csv.gz", ["--labels", KINDS]),
    ("Chat #qtox", "cadence/irc_qtox.csv.gz", ["--labels", KINDS, "--kind", "message"]),
    ("Chat #raku", "cadence/irc_raku.csv.gz", ["--labels", KINDS, "--kind", "message", "--tick", "1m"]),
    ("Page views (CERTH)", "cadence/web_certh_pages.csv.gz", ["--labels", KINDS]),
]


def main():
    data = os.environ.get("SENTINEL_DATA")
    if not data:
        print("SENTINEL_DATA is not set: there are no recordings to replay.", file=sys.stderr)
        return
    wanted = sys.argv[1:]
    for name, file, arguments in RECORDINGS:
        if wanted and not any(part.lower() in name.lower() for part in wanted):
            continue
        with tempfile.TemporaryDirectory(prefix="sentinel-") as folder:
            report(name, file, *replay(Path(data), Path(folder), file, arguments))


def replay(data, folder, file, arguments):
    """The arguments in full, the summary of the replay, Redis' memory in bytes that it took, and the block keys."""
    shown, real = [], []
    for word in arguments:
        if word is KINDS:
            shown.append("<kinds.csv>")
            real.append(kinds(data, folder))
        else:
            shown.append(word if not word.startswith("logs/") else f"$SENTINEL_DATA/{word}")
            real.append(word if not word.startswith("logs/") else str(data / word))
    socket = folder / "data" / "redis.sock"
    with open(folder / "up.log", "wb") as log:
        system = subprocess.Popen([BINARY, "up", "--data", str(folder / "data")], stdout=log, stderr=log)
    try:
        wait_for_lease(system, socket, folder / "up.log")
        before = memory(socket)
        output = subprocess.run(
            [BINARY, "replay", "--live", "--redis", f"unix://{socket}", "-o", "json", str(data / file)] + real,
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ).stdout
        blocks = len(redis(socket, "--scan", "--pattern", "sentinel:block:*").split())
        return shown, json.loads(output), memory(socket) - before, blocks
    finally:
        system.send_signal(signal.SIGTERM)
        system.wait()


def wait_for_lease(system, socket, log):
    """Until a coordinator is at work."""
    while redis(socket, "EXISTS", "sentinel:{0}:lease").strip() != "1":
        if system.poll() is not None:
            sys.exit("sentinel up ended: " + log.read_text())
        time.sleep(0.05)


def redis(socket, *arguments):
    command = ["redis-cli", "-s", str(socket), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def memory(socket):
    lines = redis(socket, "INFO", "memory").splitlines()
    return next(int(line.split(":")[1]) for line in lines if line.startswith("used_memory:"))


def kinds(data, folder):
    """A file of labels: what kind of bot an actor is, or a human."""
    path = folder / "kinds.csv"
    with open(data / "cadence/actors.csv", newline="") as actors, open(path, "w", newline="") as out:
        labels = csv.writer(out)
        labels.writerow(["actor", "label"])
        for row in csv.DictReader(actors):
            # Relays speak with many people's words.
            labels.writerow([row["actor"], "unknown" if row["kind"] == "relay" else row["kind"]])
    return str(path)


def report(name, file, arguments, summary, memory, blocks):
    groups = [(each["label"], each["total"], each["found"], each["blocked"]) for each in summary["labels"]]
    for label, key in [("honest", "honest"), ("nobody knows", "unlabelled")]:
        group = summary[key]
        if group["total"]:
            groups.append((f"*{label}*", group["total"], group["flagged"], group["blocked"]))
    seconds = summary["milliseconds"] / 1000
    print(f"### {name}\n")
    print("`" + " ".join(["sentinel replay", f"$SENTINEL_DATA/{file}", *arguments]) + "`\n")
    print(
        f"{summary['events']:,} events of {sum(group[1] for group in groups):,} actors: {summary['limited']:,} refused by a "
        f"limit, {summary['blocked']:,} by a block; {blocks} block keys stand at the end. {seconds:.1f} s, "
        f"{summary['events'] / seconds:,.0f} events/s; Redis grew by {memory / 1e6:.1f} MB."
        + (f" {summary['skipped']:,} records without a time were left out." if summary["skipped"] else "")
        + "\n"
    )
    table(
        ["who", "actors", "flagged", "", "blocked", ""],
        [(who, total, found, percent(found, total), blocked, percent(blocked, total)) for who, total, found, blocked in groups],
    )
    if summary["rules"]:
        rules = sorted(summary["rules"].items(), key=lambda rule: -sum(rule[1].values()))
        columns = ["offenders", "honest", "unlabelled"]
        used = [each for each in columns if any(hits[each] for _, hits in rules)]
        table(["rule", *used], [(f"`{rule}`", *(hits[each] for each in used)) for rule, hits in rules])
    sys.stdout.flush()


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else ""


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join(["---"] + ["--:"] * (len(head) - 1)) + "|")
    for row in rows:
        print("| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) + " |")
    print()


if __name__ == "__main__":
    main()
