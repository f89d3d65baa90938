#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 300
# long
"""The harness of fuzz_server.py under libFuzzer, for 30 s: TAP.

    fuzz_server_long.py [SECONDS [SEED]]    (BUILD in the environment)
"""

import os
import shutil
import sys

import fuzz_server


def main():
    """Build and run."""
    if shutil.which("clang") is None:
        print("1..0 # SKIP clang is not installed (./configure "
              "--install-deps installs it)")
        return 0
    seconds = sys.argv[1] if len(sys.argv) > 1 else "30"
    seed = sys.argv[2] if len(sys.argv) > 2 else "1"
    folder = os.path.join(os.path.abspath(os.environ["BUILD"]), "out",
                          "tests", "server-fuzz")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "corpus"))
    harness = fuzz_server.build(folder, "clang", [
        "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"])
    return fuzz_server.report(
        "libFuzzer, %s s" % seconds,
        [harness, "-max_total_time=" + seconds, "-seed=" + seed,
         "-max_len=600", "-timeout=10", "-print_final_stats=1", "corpus"],
        folder)


if __name__ == "__main__":
    sys.exit(main())
