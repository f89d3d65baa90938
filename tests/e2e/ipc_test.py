#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--ipc l4: the same programs, whose calls are no messages any more."""

import os
import re
import subprocess

import tap

SCRIPT = ("mkdir -p /tmp/a/b; cd /tmp/a; echo one > b/f; ln -s b/f l; cat l; "
          "for i in 1 2 3; do (exit $i); echo $?; done; ls b; rm -r /tmp/a; "
          "echo x | cat | wc -c; kill -9 $$")


def messages(ipc):
    """Status, output and the requests to components, one a line."""
    ended = subprocess.run(
        [os.environ["POLYMACH"], "run", "--timeout", "60", "--ipc", ipc,
         "--layout", os.environ["LAYOUT"], "--trace-ipc", "--", "/bin/sh",
         "-c", SCRIPT], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False)
    sent = re.findall(rb" (?:io|vfs|proc|pipe|exec|vfs_control|proc_control)"
                      rb"_\w+\(", ended.stderr)
    return ended.returncode, ended.stdout, len(sent)


def main():
    """Both ways, compared."""
    tap.own_ipc()
    mach, l4 = messages("mach"), messages("l4")
    tap.check(mach[0] == 137, "a script that ends by a signal", mach[0])
    tap.same(l4[:2], mach[:2], "the same with synchronous calls")
    tap.check(mach[2] > 100, "its calls are messages", mach[2])
    tap.check(l4[2] * 2 < mach[2], "or, most of them, are not",
              "%d of %d" % (l4[2], mach[2]))
    tap.done()


if __name__ == "__main__":
    main()
