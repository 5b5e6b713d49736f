"""What was measured, with where: tables for people, one JSON object for programs. The same as Report.swift says it."""

import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]


def commit():
    """The commit of the repository, `unknown` outside of one."""
    run = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                         check=False)
    return run.stdout.strip() or "unknown"


def processor():
    """The name of the machine's processors."""
    found = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else "unknown processor"


def ticks():
    """What the processors did since the machine started: all of it, idle, and taken by the machine's host for others.

    `man 5 proc`, the line `cpu` of /proc/stat: user nice system idle iowait irq softirq steal.
    """
    with open("/proc/stat") as file:
        each = [int(word) for word in file.readline().split()[1:9]]
    return sum(each), each[3] + each[4], each[7]


def quantile(samples, share):
    """The smallest sample that at least this share of all do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


def shown(value):
    """A figure in three places or so; texts as they are."""
    if isinstance(value, str):
        return value
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


class Report:
    """Figures, tables and goals of one program, and what else the machine did meanwhile."""

    def __init__(self, title):
        self.title, self.before = title, ticks()
        self.figures, self.tables, self.goals = [], [], []

    def add(self, name, value, unit=""):
        """A figure."""
        self.figures.append({"name": name, "value": value, "unit": unit})

    def table(self, heads, rows):
        """A table; the first column names its rows."""
        self.tables.append({"heads": heads, "rows": rows})

    def goal(self, name, value, most=None, least=None, unit="×"):
        """A figure that has a goal: it is to be at most, or at least, so much."""
        met = value <= most if least is None else value >= least
        self.goals.append({"name": name, "value": value, "unit": unit, "most": most, "least": least, "met": met})

    def load(self):
        """The shares of all processors that were idle and that the host took, in percent."""
        done, idle, taken = (after - before for after, before in zip(ticks(), self.before))
        return {"idle": 100 * idle / max(1, done), "taken by the host": 100 * taken / max(1, done)}

    def show(self, output):
        """Prints all of it, `human` or `json`."""
        if output == "json":
            print(json.dumps({"bench": self.title, "cores": os.cpu_count(), "cpu": processor(), "commit": commit(),
                              "processors": self.load(), "figures": self.figures, "tables": self.tables,
                              "goals": self.goals}, indent=2))
            return
        print(f"{self.title}\n{os.cpu_count()} cores, {processor()}, commit {commit()}\n")
        for table in self.tables:
            show_table(table["heads"], table["rows"])
        if self.figures:
            show_table([], [(each["name"], f"{shown(each['value'])} {each['unit']}") for each in self.figures], left=True)
        for each in self.goals:
            goal = f"at most {each['most']:g}" if each["least"] is None else f"at least {each['least']:g}"
            print(f"  {'met' if each['met'] else 'NOT MET':8} {each['name']}: {shown(each['value'])} {each['unit']}"
                  f" (goal: {goal} {each['unit']})")
        print("\n  processors: " + ", ".join(f"{what} {share:.1f} %" for what, share in self.load().items()) + "\n")


def show_table(heads, rows, left=False):
    """Columns as wide as they need be; figures stand to the right."""
    cells = [[shown(cell) for cell in row] for row in ([heads] if heads else []) + list(rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = "".join("  " + (cell if left else cell.rjust(width)) for cell, width in zip(row[1:], widths[1:]))
        print(f"  {first}{rest}".rstrip())
    print()


def add_output(parser):
    """The option `-o`, which every program here has."""
    parser.add_argument("-o", choices=("human", "json"), default="human", dest="output")
