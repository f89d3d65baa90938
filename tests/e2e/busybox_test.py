#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 400
"""Scripts of busybox/ on a copy of this source tree: standard output,
standard error and status are what the host's busybox gives."""

import os
import tempfile

import host_root
import tap

HERE = os.path.dirname(os.path.abspath(__file__))


def first_difference(got, wanted):
    """Say where two outputs part."""
    ours, theirs = got.split(b"\n"), wanted.split(b"\n")
    for number, pair in enumerate(zip(ours, theirs)):
        if pair[0] != pair[1]:
            return "line %d\nwanted: %r\n   got: %r\nbefore: %r" % (
                number + 1, pair[1], pair[0], ours[max(0, number - 4):number])
    return "%d lines wanted, %d came; then: %r" % (
        len(theirs), len(ours), (ours + theirs)[min(len(ours), len(theirs)):]
        [:5])


def compare(name, got, wanted):
    """One result for each of status, output and errors."""
    tap.same(got[0], wanted[0], name + ": status")
    for which, stream in ((1, "standard output"), (2, "standard error")):
        tap.check(got[which] == wanted[which], "%s: %s" % (name, stream),
                  first_difference(got[which], wanted[which]))


def host_busybox(source, path):
    """What the host's busybox gives, in a fresh root."""
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        host_root.unpack(os.environ["BUILD"], top)
        host_root.copy_over(source, top)
        return host_root.run(top, ["/bin/sh", path])


def main():
    """Each script, here and there."""
    with tempfile.TemporaryDirectory() as copy:
        host_root.copy_over(os.environ["SOURCE"], copy)
        for name in sorted(os.listdir(os.path.join(HERE, "busybox"))):
            if not name.endswith(".sh"):
                continue
            path = "/tests/e2e/busybox/" + name
            wanted = host_busybox(copy, path)
            if wanted is None:
                tap.skip(name, "this host allows no chroot")
                continue
            got = tap.polymach("/bin/sh", path, options=("--root", copy))
            compare(name, got, wanted)
    tap.done()


if __name__ == "__main__":
    main()
