#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: none
"""polymach bench: rows of all forms, as a table and as JSON; where an
operation's instructions go; how long interrupts are off; how large the kernel
is."""

import json
import os
import subprocess
import tempfile

import tap

ROWS = ["null_proc", "pipe_self_wr_rd"]
TRACED = "mach_rt"


def bench(*options, only="posix"):
    """Run the benchmark without Linux; (status, stdout, stderr)."""
    ended = subprocess.run(
        [os.environ["POLYMACH"], "bench", "--only", only, "--no-peers",
         *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, check=False, timeout=350)
    return ended.returncode, ended.stdout, ended.stderr


def test_rows(folder):
    """Two rows, measured in both layouts, over both kinds of IPC."""
    path = os.path.join(folder, "bench.json")
    options = [word for row in ROWS for word in ("--row", row)]
    got = bench(*options, "--json", path)
    tap.same((got[0], got[2]), (0, ""), "two rows")
    lines = [line.split() for line in got[1].split("\n")]
    tap.check(all(any(line and line[0] == row and len(line) == 9
                      for line in lines) for row in ROWS),
              "the table has both rows", got[1])
    with open(path, encoding="utf-8") as stream:
        written = json.load(stream)
    tap.check({"date", "commit", "qemu"} <= set(written["meta"]),
              "JSON: what it was measured with", written["meta"])
    results = written["results"]
    tap.same(sorted((r["name"], r["layout"], r["ipc"]) for r in results),
             sorted((row, layout, ipc) for row in ROWS
                    for layout in ("multi", "single")
                    for ipc in ("mach", "l4")),
             "JSON: a record for each row, layout and kind of IPC")
    tap.check(all(r["unit"] == "instructions" and r["value"] > 100 and
                  r["wall_ns"] > 0 and r["peers"] == {} and
                  "errors" not in r for r in results),
              "JSON: the values", results)


def read(path):
    """The records of a JSON file."""
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)["results"]


def test_trace(folder):
    """The trace of a row has as many instructions as the row."""
    path = os.path.join(folder, "ipc.json")
    status, out, err = bench("--row", TRACED, "--accel", "icount", "--json",
                             path, only="ipc")
    tap.same((status, err), (0, ""), "a row of ipc")
    counted = read(path)[0]["value"]
    status, out, err = bench("--trace-instructions", TRACED, only="ipc")
    tap.same((status, err), (0, ""), "a trace")
    lines = [line.split(None, 1) for line in out.split("\n") if line]
    tap.check(lines[0][0] == TRACED + ":" and
              abs(float(lines[0][1].split()[0]) - counted) <= counted * 0.01,
              "the trace has the row's instructions", (counted, lines[0]))
    end = lines.index(["by", "function:"])
    classes = {name: float(count) for count, name in lines[1:end]}
    tap.check(abs(sum(classes.values()) - counted) <= counted * 0.01 and
              {"user", "entry and exit", "checks", "copy",
               "switch"} <= set(classes) and "other" not in classes,
              "each instruction has a class", classes)
    _, out, _ = bench("--trace-instructions", "mach_rt_4k", only="ipc")
    copied = [float(line.split()[0]) for line in out.split("\n")
              if line.split()[1:] == ["copy"]]
    tap.check(copied and copied[0] - classes["copy"] >= 500,
              "a longer message is more to copy", (classes, copied))
    status, out, err = bench("--trace-instructions", "nonesuch", only="ipc")
    tap.check(status == 2 and "nonesuch" in err, "a trace of no row", err)


def test_floods(folder):
    """A figure for each flood, and where it was."""
    path = os.path.join(folder, "floods.json")
    status, out, err = bench("--json", path, only="floods")
    tap.same((status, err), (0, ""), "floods")
    floods = read(path)
    tap.check(len(floods) >= 15 and all(
        r["name"].startswith("irq_off_") and r["value"] > 1000 and
        r["where"] and sum(r["where"].values()) <= r["value"]
        for r in floods), "the longest stretch of each flood", floods)
    tap.check(all(r["value"] <= r["limit"] for r in floods),
              "no stretch is over the limit", out)


def test_size(folder):
    """The kernel's text and its lines."""
    path = os.path.join(folder, "size.json")
    status, out, err = bench("--json", path, only="size")
    tap.same((status, err), (0, ""), "size")
    sizes = {r["name"]: r["value"] for r in read(path)}
    tap.check(40000 < sizes["kernel_text"] < 1000000 and
              sizes["lines_ipc"] > 1000 and
              sizes["lines_kernel"] > sizes["lines_ipc"] + sizes["lines_vm"],
              "text and lines", sizes)


def test_errors():
    """Rows and groups that are not there."""
    status, out, err = bench("--row", "nonesuch")
    tap.check(status == 2 and out == "" and "nonesuch" in err,
              "a row that is not there", (status, out, err))
    # A machine too small to boot in: failed rows are told, none is made up.
    status, out, err = bench("--row", ROWS[0], "--mem", "2")
    tap.check(status == 125 and out.count("failed: " + ROWS[0]) == 4,
              "a machine that cannot boot", (status, out, err))


def main():
    """All of it."""
    with tempfile.TemporaryDirectory() as folder:
        test_rows(folder)
        test_trace(folder)
        test_floods(folder)
        test_size(folder)
    test_errors()
    tap.done()


if __name__ == "__main__":
    main()
