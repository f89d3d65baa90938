#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: none
"""What the rows of the IPC benchmark take against bench/budget.txt; that two
runs give the same; that a row over its budget fails."""

import json
import os
import subprocess
import sys
import tempfile

import tap

SOURCE = os.environ["SOURCE"]
sys.path.insert(0, os.path.join(SOURCE, "tools", "polymach"))

import bench_budget  # noqa: E402

SAME = ("null_trap", "fault_zero", "mach_rt", "mig_rt", "mach_rt_port_new",
        "mach_rt_slow", "mach_rt_ool4k", "futex_rt")


def bench(*options):
    """Count instructions of IPC rows; (status, output)."""
    ended = subprocess.run(
        [os.environ["POLYMACH"], "bench", "--only", "ipc", "--accel",
         "icount", "--no-peers", *options], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False, timeout=350)
    return ended.returncode, ended.stdout


def results(folder, name, *options):
    """The records of a run."""
    path = os.path.join(folder, name)
    status, out = bench("--json", path, *options)
    tap.check(status == 0, "bench " + " ".join(options[:1]), out)
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)["results"]


def test_budget():
    """The rows of this build."""
    status, out = bench("--check-budget")
    told = "\n".join(line for line in out.split("\n")
                     if "budget" in line or "failed" in line)
    tap.check(status == 0, "no row is over its budget", told or out)
    for line in told.split("\n"):
        if line:
            print("# " + line)


def test_same(folder):
    """Two runs."""
    rows = [word for row in SAME for word in ("--row", row)]
    one = results(folder, "one", *rows)
    two = results(folder, "two", *rows)
    tap.same(sorted(r["name"] for r in one), sorted(SAME), "the rows asked for")
    tap.check(all(r["value"] > 0 and r["cr3_loads"] is not None and
                  r["wall_ns"] is None for r in one),
              "instructions and CR3 loads, no time", one)
    tap.same(two, one, "two runs give the same figures")


def record(name, value, loads=2.0):
    """A row as it is in the results."""
    return {"name": name, "value": value, "cr3_loads": loads}


def test_compare():
    """What is over, what is a hint."""
    budget = {"a": (1000, 2.0), "b": (30, 0.0)}
    tap.same(bench_budget.compare([record("a", 1030), record("b", 31, 0.0)],
                                  budget), ([], []), "3 % and one instruction")
    over, hints = bench_budget.compare(
        [record("a", 1031), record("b", 30, 0.5)], budget)
    tap.check(len(over) == 2 and over[0].startswith("a: 1031") and
              over[1].startswith("b: 0.50 CR3") and not hints,
              "more than that is over the budget", (over, hints))
    over, hints = bench_budget.compare(
        [record("a", 900), record("c", 5)], budget)
    tap.check(over == ["b: in the budget, not measured"] and
              len(hints) == 2 and hints[0].startswith("a: 900") and
              hints[1].startswith("c: 5"), "rows gone, new or cheaper",
              (over, hints))


def test_over(folder):
    """The command fails when a budget is too small."""
    tree = os.path.join(folder, "tree", "bench")
    os.makedirs(tree)
    with open(os.path.join(tree, "budget.txt"), "w",
              encoding="utf-8") as stream:
        stream.write("null_trap 10 0.00\n")
    launcher = os.path.join(SOURCE, "tools", "polymach")
    env = dict(os.environ, POLYMACH_BUILD=os.environ["BUILD"],
               POLYMACH_SOURCE=os.path.dirname(tree))
    ended = subprocess.run(
        [sys.executable, launcher, "bench", "--only", "ipc", "--accel",
         "icount", "--no-peers", "--row", "null_trap", "--check-budget"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
        stderr=subprocess.STDOUT, text=True, timeout=200, env=env)
    tap.check(ended.returncode == 125 and
              "over budget: null_trap: " in ended.stdout,
              "a row over its budget fails the command", ended.stdout)


def main():
    """All of it."""
    test_compare()
    with tempfile.TemporaryDirectory() as folder:
        test_same(folder)
        test_over(folder)
    test_budget()
    tap.done()


if __name__ == "__main__":
    main()
