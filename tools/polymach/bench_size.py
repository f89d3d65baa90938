# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's size: its text, and lines of source by folder."""

import os
import subprocess

import places

TEXT_LIMIT = 90000  # bytes, what it should not exceed
# Debian's or their own builds' `size`, on record.
TEXT_PEERS = {"gnumach": 542000, "sel4": 75000}


def text_bytes(kernel):
    """The size of a kernel's .text."""
    listing = subprocess.run(["size", "-A", kernel], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    for line in listing.split("\n"):
        fields = line.split()
        if fields[:1] == [".text"]:
            return int(fields[1])
    return 0


def count_lines(folder):
    """Lines of the .c, .h and .S files below a folder."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".c", ".h", ".S")):
                with open(os.path.join(place, name), "rb") as stream:
                    total += stream.read().count(b"\n")
    return total


def record(name, value, unit, **more):
    """One record of the results."""
    return {"name": name, "value": value, "unit": unit, "layout": "none",
            "ipc": "mach", "peers": {}, **more}


def records():
    """Text, lines by folder."""
    found = [record("kernel_text", text_bytes(places.kernel()),
                    "bytes", limit=TEXT_LIMIT)]
    found[0]["peers"] = dict(TEXT_PEERS)
    kernel = os.path.join(places.SOURCE, "kernel")
    for name in sorted(os.listdir(kernel)):
        folder = os.path.join(kernel, name)
        if os.path.isdir(folder):
            found.append(record("lines_" + name, count_lines(folder),
                                "lines"))
    found.append(record("lines_kernel", count_lines(kernel), "lines"))
    return found
