#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 1500
# long
"""Many random messages from processes (tests/posix_fuzz)."""

import os
import sys

import tap

MESSAGES = 40000


def main():
    """Run the program longer than make check does; its TAP is ours."""
    program = os.path.join(os.environ["BUILD"], "out", "linux", "posix-fuzz")
    status, out, err = tap.polymach(
        "/test/posix-fuzz", str(MESSAGES), "2",
        options=("--copy", program + ":/test/posix-fuzz"), limit=1400)
    sys.stdout.write(out.decode(errors="replace"))
    if status != 0:
        print("Bail out! status %s: %s"
              % (status, err.decode(errors="replace")[-3000:]))
    return status if isinstance(status, int) else 1


sys.exit(main())
