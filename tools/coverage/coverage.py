#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Print the share of lines that tests have run, by folder.

    coverage.py --source DIR --build DIR [--target FOLDER=PERCENT]...
                [--lines] FOLDER...

Counts of a file that is part of several programs are added up.  The exit
status is 1 when a folder is below its target.
"""

import argparse
import json
import os
import subprocess
import sys


def notes(build):
    """The .gcno files below a folder, by folder."""
    for place, _, names in os.walk(build):
        found = sorted(n for n in names if n.endswith(".gcno"))
        if found:
            yield place, found


def reports(build):
    """gcov's reports of all objects, one for each source file in each."""
    for place, names in notes(build):
        done = subprocess.run(["gcov", "--stdout", "--json-format", *names],
                              cwd=place, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True)
        for line in done.stdout.split(b"\n"):
            if line.startswith(b"{"):
                report = json.loads(line)
                for file in report["files"]:
                    yield report["current_working_directory"], file


class Totals:
    """What was run of each file."""

    def __init__(self):
        self.lines = {}
        self.functions = {}

    def add(self, path, file):
        """Add one report."""
        lines = self.lines.setdefault(path, {})
        for line in file["lines"]:
            number = line["line_number"]
            lines[number] = lines.get(number, 0) + line["count"]
        functions = self.functions.setdefault(path, {})
        for function in file["functions"]:
            key = (function["start_line"], function["name"])
            functions[key] = functions.get(key, 0) + \
                function["execution_count"]

    def share(self, paths):
        """(lines run, lines) of files."""
        counts = [c for p in paths for c in self.lines[p].values()]
        return sum(c > 0 for c in counts), len(counts)


def ranges(numbers):
    """3 4 5 9 as "3-5 9"."""
    runs = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join("%d-%d" % (a, b) if a != b else str(a) for a, b in runs)


def show_folder(totals, folder, with_lines):
    """A folder's figure, its functions that were not run; the percentage."""
    paths = sorted(p for p in totals.lines
                   if p.startswith(folder + "/") and
                   (p.endswith((".c", ".h", ".l", ".y"))))
    run, lines = totals.share(paths)
    percent = 100.0 * run / lines if lines else 0.0
    print("%-20s %5.1f %%  %5d of %5d lines" % (folder, percent, run, lines))
    for path in paths:
        missing = [n for n, c in totals.lines[path].items() if c == 0]
        if with_lines and missing:
            print("    %s: %s" % (path, ranges(missing)))
        for (line, name), count in sorted(totals.functions[path].items()):
            if count == 0:
                print("    %s:%d: %s() was not entered" % (path, line, name))
    return percent


def main():
    """Collect and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--target", action="append", default=[])
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    source = os.path.realpath(options.source)
    totals = Totals()
    for place, file in reports(options.build):
        path = os.path.relpath(os.path.realpath(
            os.path.join(place, file["file"])), source)
        if any(path.startswith(f + "/") for f in options.folders):
            totals.add(path, file)
    targets = dict(t.split("=") for t in options.target)
    below = []
    for folder in options.folders:
        percent = show_folder(totals, folder, options.lines)
        if percent < float(targets.get(folder, 0)):
            below.append("%s: %.1f %% of its lines are run, %s %% must be"
                         % (folder, percent, targets[folder]))
    print("\n".join(below))
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
