#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run a command that leads to the guest's shell in a pseudo-terminal, use the
shell, leave by Ctrl-A X.

    drive_run.py COMMAND [ARG...]
"""

import sys

import terminal_driver

BUILD_LIMIT = 1800


def main():
    """Status 0 when the prompt came and the shell calculated."""
    with terminal_driver.Driver(sys.argv[1:]) as guest:
        if not guest.wait_for(rb"/ # (\x1b\[6n)?$", BUILD_LIMIT):
            print(guest.tail())
            print("no prompt")
            return 1
        guest.type("echo answer $((6*7))\r")
        good = guest.wait_for(rb"\nanswer 42\r?\n", 60)
        guest.type("\x01x")
        status = guest.wait(30)
        print(guest.tail())
        print("shell answered: %s, end of make run: %s" % (bool(good), status))
        return 0 if good and status == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
