#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Print the kernel's text and lines of source by folder.

    size.py --source DIR --objects DIR --kernel FILE
"""

import argparse
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "polymach"))

import bench_size  # noqa: E402


def sizes(paths):
    """Sum of (text, data, bss) of object files."""
    totals = [0, 0, 0]
    if paths:
        listing = subprocess.run(["size", *paths], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout
        for line in listing.split("\n")[1:]:
            fields = line.split()
            if fields:
                totals = [a + int(b) for a, b in zip(totals, fields)]
    return totals


def objects(folder):
    """Object files below a folder."""
    return [os.path.join(place, name)
            for place, _, names in os.walk(folder)
            for name in names if name.endswith(".o")]


def row(name, figures, lines):
    """One line of the table."""
    print("%-16s %9s %8s %9s %8s" % (name, *figures, lines))


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    for option in ("--source", "--objects", "--kernel"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    row("folder", ("text", "data", "bss"), "lines")
    kernel = os.path.join(options.source, "kernel")
    lines = 0
    for name in sorted(os.listdir(kernel)):
        folder = os.path.join(kernel, name)
        if os.path.isdir(folder):
            mine = bench_size.count_lines(folder)
            lines += mine
            row(name, sizes(objects(os.path.join(options.objects, "kernel",
                                                 name))), mine)
    row("(generated)", sizes(objects(os.path.join(options.objects, "gen"))),
        "")
    row("(symbols)", sizes([os.path.join(options.objects, "ksyms.o")]), "")
    row("kernel", sizes([options.kernel]), lines)
    print("text without constants: %d bytes (at most %d wanted)"
          % (bench_size.text_bytes(options.kernel), bench_size.TEXT_LIMIT))


if __name__ == "__main__":
    main()
