# SPDX-License-Identifier: BSD-2-Clause
"""The host command `polymach`: one sub-command each for one job."""

import os
import sys

import cli


def open_missing_streams():
    """Give descriptors 0, 1 and 2 to /dev/null where the caller closed them,
    so that no file of ours takes their place."""
    while True:
        fd = os.open(os.devnull, os.O_RDWR)
        if fd > 2:
            os.close(fd)
            break
        os.set_inheritable(fd, True)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w")
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w")


if __name__ == "__main__":
    open_missing_streams()
    sys.exit(cli.main(sys.argv[1:]))
