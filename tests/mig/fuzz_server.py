#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A generated server under the harness that `mig -fuzz` writes: TAP.

    fuzz_server.py [INPUTS [SEED]]      (BUILD in the environment)

gcc, ASan and UBSan, random inputs; fuzz_server_long.py uses libFuzzer.
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
RUNTIME = os.path.join(HERE, "runtime")
LIBMACH = ("msg_destroy", "mig_support", "mig_take", "mig_fuzz",
           "mig_fuzz_spoil", "mig_fuzz_serve")
INPUTS = 200000


def must(command, folder):
    """Run a command that has to succeed."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          errors="replace")
    if done.returncode != 0:
        print("Bail out! %s: %s" % (command[0], done.stdout.strip()[-800:]))
        sys.exit(1)


def build(folder, compiler, options):
    """Generate and compile; the harness's path."""
    mig = os.path.join(os.path.abspath(os.environ["BUILD"]), "out", "tools",
                       "mig", "mig")
    for name, user, outputs in (
            ("rt", "", ["-sheader", "rt_server.h", "-server", "rt_server_.c",
                        "-replies", "rt_replies.c", "-repliesheader",
                        "rt_replies.h", "-fuzz", "rt_fuzz.c"]),
            ("rtc", "rtc.h", ["-sheader", "rtc_server.h", "-server",
                              "rtc_server_.c"])):
        header = ["-header", user or "rt.h"]
        must([mig, *header, *outputs, os.path.join(RUNTIME, name + ".defs")],
             folder)
    flags = ["-std=gnu17", "-g", "-O1", "-I" + os.path.join(TOP, "ipc-defs"),
             "-I" + os.path.join(TOP, "libmach", "include"), "-I" + RUNTIME,
             "-I.", "-DMIG_FUZZ_HARNESS", *options]
    # The test's own routines add what comes: that may wrap.
    must([compiler, *flags, "-fwrapv", "-fno-sanitize=undefined", "-c",
          os.path.join(RUNTIME, "rt_server.c"), "-o", "rt_server.o"], folder)
    sources = ["rt_server_.c", "rtc_server_.c", "rt_replies.c", "rt_fuzz.c",
               os.path.join(RUNTIME, "fake_mach.c"),
               os.path.join(HERE, "fuzz", "server_fuzz.c")]
    sources += [os.path.join(TOP, "libmach", name + ".c") for name in LIBMACH]
    harness = os.path.join(folder, "server-fuzz")
    must([compiler, *flags, *sources, "rt_server.o", "-o", harness], folder)
    return harness


def report(title, command, folder):
    """Run the harness; the exit status of this test."""
    # What the test's routines keep is theirs.
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          errors="replace", env=env)
    lines = done.stdout.splitlines() or [""]
    print("%sok 1 - %s: %s" % ("not " if done.returncode else "", title,
                               lines[-1]))
    if done.returncode:
        print("\n".join("# " + line for line in lines[-50:]))
    print("1..1")
    return 1 if done.returncode else 0


def main():
    """Build and run."""
    inputs = sys.argv[1] if len(sys.argv) > 1 else str(INPUTS)
    seed = sys.argv[2] if len(sys.argv) > 2 else "1"
    with tempfile.TemporaryDirectory() as folder:
        harness = build(folder, "gcc", [
            "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
            "-DFUZZ_MAIN"])
        return report("random messages, seed " + seed,
                      [harness, inputs, seed], folder)


if __name__ == "__main__":
    sys.exit(main())
