#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The mutation tool on a fixture: who dies, who lives, what fails the run."""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "..", "..", "tools", "mutants", "mutants.py")
FIXTURE = os.path.join(HERE, "fixture")
LIVES = "counter.c counter_add drop-count 1 c->lost++;"
DIES = "counter.c counter_add drop-count 1 c->value++;"
INLINE = "counter.h counter_full off-by-one 1 >= @ return c->value >= c->limit"
FAILED = []


def tool(folder, listed, *options):
    """Run the tool with this list of survivors; its status and output."""
    survivors = os.path.join(folder, "survivors.txt")
    with open(survivors, "w", encoding="utf-8") as stream:
        stream.write(listed)
    done = subprocess.run(
        [sys.executable, TOOL, "--root", FIXTURE, "--mutate", "counter",
         "--copy", ".", "--program", "check", "--sources",
         "check.c counter/counter.c", "--cflags=-I" + FIXTURE, "--work",
         os.path.join(folder, "work"), "--survivors", survivors, *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        text=True)
    return done.returncode, done.stdout


def check(number, right, what, output):
    """One TAP line."""
    print("%sok %d - %s" % ("" if right else "not ", number, what))
    if not right:
        FAILED.append(what)
        print(re.sub("^", "# ", output, flags=re.MULTILINE))


def picked(*names):
    """Options that pick mutants by name."""
    return [word for name in names for word in ("--mutant", name)]


def main():
    """Six runs."""
    with tempfile.TemporaryDirectory() as folder:
        status, output = tool(folder, "", "--list", "--all")
        names = output.count("\n")
        check(1, status == 0 and LIVES in output and DIES in output and
              INLINE in output and names > 12, "mutants are listed", output)
        status, output = tool(folder, "", "--diff", *picked(LIVES))
        check(2, status == 0 and "-        c->lost++;" in output and
              "+        ;" in output, "a difference is shown", output)
        status, output = tool(folder, "", *picked(LIVES, DIES, INLINE))
        check(3, status == 1 and "not argued: " + LIVES in output and
              output.endswith("3 mutants, 2 killed, 1 survived (0 argued)\n"),
              "one lives, and that fails the run", output)
        status, output = tool(folder, LIVES + "\n    nobody asks\n",
                              *picked(LIVES))
        check(4, status == 0 and
              output.endswith("1 mutants, 0 killed, 1 survived (1 argued)\n"),
              "an argued one does not", output)
        status, output = tool(
            folder, DIES + "\n    it dies\ncounter.c nobody drop-call 1 f();\n"
            "    it is not there\n", *picked(DIES))
        check(5, status == 1 and "argued, but it died: " + DIES in output and
              "no such mutant: counter.c nobody" in output,
              "entries that are wrong fail it", output)
    print("1..5")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
