#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""mig -lint, -diff, -lock and -update-lock: prints TAP.

    several.py [MIG]      (or BUILD=the build folder in the environment)

Our own interfaces must pass -lint, and their ids must be those of
ipc-defs/ids.lock.  After a change that is meant: make update-lock.
"""

import os
import re
import subprocess
import sys
import tempfile

import tap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
DEFS = os.path.join(TOP, "ipc-defs")
INCLUDES = ["-I" + DEFS, "-I" + os.path.join(DEFS, "mach"),
            "-I" + os.path.join(DEFS, "posix")]

BASE = """subsystem shop 4000;
type item_t = uint32_t;
type list_t = array[*:16] of uint32_t;
type data_t = ^array[] of char;
type name_t = c_string[*:64];
type port_t = MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t;
type gift_t = MACH_MSG_TYPE_MOVE_SEND ctype: mach_port_t;
routine buy(shop: port_t; item: item_t; out price: uint32_t);
routine sell(shop: port_t; items: list_t; out paid: list_t);
skip;
routine show(shop: port_t; name: name_t; right: port_t; out page: data_t);
simpleroutine leave(shop: port_t);
"""

# What is replaced in BASE, by what, and what -diff must say of it.
CHANGES = [
    ("nothing", "", "", "compatible", []),
    ("a routine at the end", "leave(shop: port_t);\n",
     "leave(shop: port_t);\nroutine more(shop: port_t);\n", "compatible",
     ["compatible routine-added"]),
    ("a routine at a skipped id", "skip;", "routine more(shop: port_t);",
     "compatible", ["compatible routine-added"]),
    ("an argument renamed", "item: item_t", "thing: item_t", "compatible",
     ["compatible argument-renamed"]),
    ("a routine inserted", "routine sell",
     "routine more(shop: port_t);\nroutine sell", "source-compatible",
     ["source-compatible id"] * 3 + ["source-compatible id-reused"]),
    ("a skip removed", "skip;\n", "", "source-compatible",
     ["source-compatible id"] * 2),
    ("the base", "shop 4000", "shop 5000", "source-compatible",
     ["source-compatible id"] * 4),
    ("a higher limit going in", "*:64", "*:128", "source-compatible",
     ["source-compatible limit"]),
    ("a lower limit going in", "*:64", "*:32", "breaking",
     ["breaking limit"]),
    ("a higher limit coming out", "*:16", "*:32", "breaking",
     ["source-compatible limit", "breaking limit"]),
    ("a type with another size", "item_t = uint32_t",
     "item_t = uint64_t", "source-compatible",
     ["source-compatible wire"]),
    ("another C type of the same size", "out price: uint32_t",
     "out price: int32_t", "breaking", ["breaking prototype"] * 2),
    ("an argument more", "item: item_t;", "item: item_t; count: int;",
     "breaking", ["breaking argument-added"]),
    ("an argument less", "item: item_t; ", "", "breaking",
     ["breaking argument-removed"]),
    ("another direction", "item: item_t", "inout item: item_t", "breaking",
     ["breaking direction", "source-compatible layout"]),
    ("a right that is given away", "right: port_t", "right: gift_t",
     "breaking", ["breaking ownership", "source-compatible wire"]),
    ("memory that is given away", "page: data_t", "page: data_t, dealloc",
     "breaking", ["breaking ownership"]),
    ("ownership", "shop 4000;", "shop 4000; ownership take;", "breaking",
     ["breaking ownership"]),
    ("a reply", "simpleroutine leave", "routine leave", "breaking",
     ["breaking reply"]),
    ("a routine less", "simpleroutine leave(shop: port_t);\n", "", "breaking",
     ["breaking routine-removed"]),
    ("another name", "subsystem shop", "subsystem store", "breaking",
     ["breaking name"]),
    ("a time limit", "routine buy", "waittime 10;\nroutine buy", "compatible",
     ["compatible options"] * 4),
]
STATUS = {"compatible": 0, "source-compatible": 2, "breaking": 3}


def mig_path():
    """The generator."""
    if len(sys.argv) > 1:
        return os.path.abspath(sys.argv[1])
    return os.path.join(os.environ["BUILD"], "out", "tools", "mig", "mig")


def run(*words):
    """Run mig; its status and output."""
    done = subprocess.run([mig_path()] + list(words), text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60)
    return done.returncode, done.stdout


def interfaces():
    """Paths of our interfaces."""
    found = []
    for folder, _, names in os.walk(DEFS):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".defs"):
                with open(path, encoding="utf-8") as stream:
                    if re.search("^subsystem", stream.read(), re.M):
                        found.append(path)
    return sorted(found)


def write(folder, name, text):
    """Make a file; its path."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    return path


def test_ours():
    """Our own interfaces."""
    paths = interfaces()
    status, said = run("-Werror", "-lint", *INCLUDES, *paths)
    tap.check(status == 0, "ipc-defs passes -lint", said)
    status, said = run("-lock", os.path.join(DEFS, "ids.lock"), *INCLUDES,
                       *paths)
    tap.check(status == 0, "ipc-defs has the ids of ids.lock", said)


def test_diff(folder):
    """Each change has its verdict, its reasons and its status."""
    old = write(folder, "old.defs", BASE)
    for name, before, after, verdict, reasons in CHANGES:
        new = write(folder, "new.defs", BASE.replace(before, after)
                    if before else BASE)
        status, said = run("-diff", old, new)
        got = re.findall(r"^\S+:\d+:\d+: (\S+): .* \[(\S+)\]$", said, re.M)
        last = said.strip().split("\n")[-1]
        tap.check(status == STATUS[verdict] and
                  last.startswith("verdict: %s (" % verdict) and
                  sorted(" ".join(g) for g in got) == sorted(reasons),
                  "-diff: %s: %s" % (name, verdict), said)
    status, said = run("-diff", old, write(folder, "new.defs", "routine"))
    tap.check(status == 1 and "error" in said, "-diff: a bad file", said)


def test_lint(folder):
    """What is wrong between two files."""
    one = write(folder, "one.defs", BASE)
    cases = [
        ("same ids", "subsystem other 4001;", 1, ["E-same-id"]),
        ("a range inside", "subsystem other 4002;", 0, ["W-id-overlap"]),
        ("replies in requests", "subsystem other 4100;", 0,
         ["W-reply-overlap"]),
        ("requests in replies", "subsystem other 3900;", 0,
         ["W-reply-overlap"]),
        ("notifications", "subsystem other 70;", 0, ["W-notify-ids"]),
        ("one name", "subsystem shop 9000;", 1, ["E-same-subsystem"]),
        ("far away", "subsystem other 9000;", 0, []),
    ]
    for name, head, wanted, words in cases:
        two = write(folder, "two.defs", head + "\ntype port_t = "
                    "MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t;\n"
                    "routine a(p: port_t);\n")
        status, said = run("-lint", one, two)
        tap.check(status == wanted and
                  re.findall(r"\[([EW]-[-a-z]+)\]", said)[:1] == words,
                  "-lint: %s" % name, said)
        if words and words[0][0] == "W":
            status, said = run("-Werror", "-lint", one, two)
            tap.check(status == 1, "-lint: %s with -Werror" % name, said)
    two = write(folder, "two.defs", "subsystem b 9000;\n" +
                BASE.split("\n", 1)[1].replace("*:16", "*:8"))
    said = run("-lint", one, two)[1]
    tap.check(said.count("W-same-routine") == 4 and
              said.count("W-same-type") == 1,
              "-lint: routines and types of one name", said)


def test_lock(folder):
    """A changed id is found; a meant one is recorded."""
    defs = write(folder, "a.defs", BASE)
    lock = os.path.join(folder, "ids.lock")
    status, said = run("-lock", lock, defs)
    tap.check(status == 1, "-lock: no lock file", said)
    status, said = run("-update-lock", lock, defs)
    tap.check(status == 0, "-update-lock writes one", said)
    tap.same(run("-lock", lock, defs), (0, ""), "-lock: nothing changed")
    for name, before, after, word in [
            ("an id moved", "skip;\n", "", "E-id-changed"),
            ("a new routine", "skip;", "routine more(shop: port_t);",
             "E-not-locked"),
            ("a routine less", "simpleroutine leave(shop: port_t);\n", "",
             "E-id-lost"),
            ("an id used again", "leave(", "depart(", "E-id-used")]:
        defs = write(folder, "a.defs", BASE.replace(before, after))
        status, said = run("-lock", lock, defs)
        tap.check(status == 1 and word in said, "-lock: " + name, said)
    defs = write(folder, "a.defs", BASE.replace(
        "simpleroutine leave(shop: port_t);\n", ""))
    run("-update-lock", lock, defs)
    with open(lock, encoding="utf-8") as stream:
        text = stream.read()
    tap.check("4004 shop leave gone\n" in text and
              run("-lock", lock, defs)[0] == 0,
              "-update-lock keeps what is gone", text)
    defs = write(folder, "a.defs", BASE.replace("leave(", "depart("))
    status, said = run("-lock", lock, defs)
    tap.check(status == 1 and "was given to" in said,
              "-lock: the id of a routine that is gone", said)
    write(folder, "ids.lock", "nonsense\n")
    status, said = run("-lock", lock, defs)
    tap.check(status == 1 and "E-lock-file" in said, "-lock: a bad line",
              said)
    status, said = run("-update-lock", lock, defs)
    with open(lock, encoding="utf-8") as stream:
        tap.check(status == 1 and stream.read() == "nonsense\n",
                  "-update-lock leaves a bad file alone", said)


def main():
    """Runs everything."""
    test_ours()
    with tempfile.TemporaryDirectory() as folder:
        test_diff(folder)
        test_lint(folder)
        test_lock(folder)
    tap.done()


if __name__ == "__main__":
    main()
