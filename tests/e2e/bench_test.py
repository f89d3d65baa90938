#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: none
"""polymach bench: rows of both layouts, as a table and as JSON."""

import json
import os
import subprocess
import tempfile

import tap

ROWS = ["null_proc", "pipe_self_wr_rd"]


def bench(*options):
    """Run the benchmark without Linux; (status, stdout, stderr)."""
    ended = subprocess.run(
        [os.environ["POLYMACH"], "bench", "--only", "posix", "--no-peers",
         *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, check=False, timeout=350)
    return ended.returncode, ended.stdout, ended.stderr


def test_rows(folder):
    """Two rows, measured in both layouts."""
    path = os.path.join(folder, "bench.json")
    options = [word for row in ROWS for word in ("--row", row)]
    got = bench(*options, "--json", path)
    tap.same((got[0], got[2]), (0, ""), "two rows")
    lines = [line.split() for line in got[1].split("\n")]
    tap.check(all(any(line and line[0] == row and len(line) == 5
                      for line in lines) for row in ROWS),
              "the table has both rows", got[1])
    with open(path, encoding="utf-8") as stream:
        written = json.load(stream)
    tap.check({"date", "commit", "qemu"} <= set(written["meta"]),
              "JSON: what it was measured with", written["meta"])
    results = written["results"]
    tap.same(sorted((r["name"], r["layout"]) for r in results),
             sorted((row, layout) for row in ROWS
                    for layout in ("multi", "single")),
             "JSON: a record for each row and layout")
    tap.check(all(r["unit"] == "instructions" and r["value"] > 100 and
                  r["wall_ns"] > 0 and r["ipc"] == "mach" and r["peers"] == {}
                  and "errors" not in r for r in results),
              "JSON: the values", results)


def test_errors():
    """Rows and groups that are not there."""
    status, out, err = bench("--row", "nonesuch")
    tap.check(status == 2 and out == "" and "nonesuch" in err,
              "a row that is not there", (status, out, err))
    # A machine too small to boot in: failed rows are told, none is made up.
    status, out, err = bench("--row", ROWS[0], "--mem", "2")
    tap.check(status == 125 and out.count("failed: " + ROWS[0]) == 2,
              "a machine that cannot boot", (status, out, err))


def main():
    """All of it."""
    with tempfile.TemporaryDirectory() as folder:
        test_rows(folder)
    test_errors()
    tap.done()


if __name__ == "__main__":
    main()
