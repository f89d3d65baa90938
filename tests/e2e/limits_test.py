#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 240
"""What ends: the RAM disk, memory, processes.  The shell goes on each time."""

import tap

FULL_DISK = r"""
dd if=/dev/zero of=/tmp/big bs=1M 2>/dev/null; echo $?
cp /bin/busybox /tmp/more 2>/dev/null; echo $?
rm -f /tmp/big /tmp/more
dd if=/dev/zero of=/tmp/small bs=1k count=100 2>/dev/null; echo $?
wc -c < /tmp/small; rm /tmp/small; echo on
"""

# Not one that waits for its children: it grows without bound.
FORK_BOMB = r"""
(bomb() { bomb & bomb & }; bomb) 2>/dev/null
sleep 2
echo $((6*7))
(exec /bin/busybox echo another program) || echo none
"""

ENDLESS_FORK = r"""
n=0
while [ $n -lt 100000 ]; do
    sleep 1000 2>/dev/null &
    n=$((n + 1))
done
"""

MEMORY = r"""
awk 'BEGIN { s = "x"; while (1) s = s s }' > /dev/null 2>&1
[ $? -ne 0 ] && echo ended
echo on; seq 1000 | sort -n | tail -n 1
"""


def main():
    """Each in its own machine."""
    tap.expect("a full RAM disk: ENOSPC, then all is well",
               tap.shell(FULL_DISK, options=("--mem", "128")),
               out=b"1\n1\n0\n102400\non\n")
    status, out, err = tap.shell(FORK_BOMB)
    tap.check(status == 0 and out == b"42\nanother program\n",
              "a fork bomb ends itself, another shell keeps answering",
              (status, out, err[-500:]))
    status, out, err = tap.shell("(%s) & wait; echo $((6*7))" % ENDLESS_FORK)
    tap.check(status == 0 and out == b"42\n",
              "a shell that never waits for its children",
              (status, out, err[-500:]))
    tap.expect("a program that wants all memory", tap.shell(
        MEMORY, options=("--mem", "128")),
        out=b"ended\non\n1000\n")
    tap.done()


if __name__ == "__main__":
    main()
