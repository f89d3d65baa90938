# SPDX-License-Identifier: BSD-2-Clause
"""The root tree that every machine starts with.

busybox with a link for each applet, a few files in /etc, the device nodes and
the folders that programs expect.  Times are fixed, so that two builds give the
same archive.
"""

import io
import subprocess
import tarfile

DIRECTORIES = (
    ("bin", 0o755), ("sbin", 0o755), ("usr", 0o755), ("usr/bin", 0o755),
    ("usr/sbin", 0o755), ("lib", 0o755), ("etc", 0o755), ("dev", 0o755),
    ("dev/pts", 0o755), ("dev/shm", 0o1777), ("proc", 0o555),
    ("root", 0o700), ("home", 0o755), ("mnt", 0o755), ("run", 0o755),
    ("tmp", 0o1777), ("var", 0o755), ("var/tmp", 0o1777), ("var/log", 0o755),
)

FILES = (
    ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
     "daemon:x:1:1:daemon:/:/bin/false\n"
     "user:x:1000:1000:user:/home:/bin/sh\n"
     "nobody:x:65534:65534:nobody:/:/bin/false\n"),
    ("etc/group", "root:x:0:\ndaemon:x:1:\ntty:x:5:\nuser:x:1000:\n"
     "nogroup:x:65534:\n"),
    ("etc/hostname", "polymach\n"),
    ("etc/hosts", "127.0.0.1 localhost\n"),
    ("etc/shells", "/bin/sh\n/bin/ash\n"),
    ("etc/profile", "export PS1='\\w \\$ '\n"),
)

# name, mode, major, minor: Linux's numbers.
CHARACTER_DEVICES = (
    ("dev/null", 0o666, 1, 3), ("dev/zero", 0o666, 1, 5),
    ("dev/full", 0o666, 1, 7), ("dev/random", 0o666, 1, 8),
    ("dev/urandom", 0o666, 1, 9), ("dev/tty", 0o666, 5, 0),
    ("dev/console", 0o600, 5, 1),
)

SYMBOLIC_LINKS = (
    ("dev/fd", "/proc/self/fd"), ("dev/stdin", "/proc/self/fd/0"),
    ("dev/stdout", "/proc/self/fd/1"), ("dev/stderr", "/proc/self/fd/2"),
)

NAMES = frozenset(name for name, _ in DIRECTORIES)


def member(name, kind, mode):
    """A tar member owned by root, at a fixed time."""
    info = tarfile.TarInfo("root/" + name)
    info.type = kind
    info.mode = mode
    info.mtime = 0
    info.uname = info.gname = "root"
    return info


def applets(busybox):
    """The paths that busybox wants to be known by."""
    listing = subprocess.run([busybox, "--list-full"], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    return [path for path in listing.split() if path != "bin/busybox"]


def add_busybox(tar, busybox):
    """Add busybox and a symbolic link for each applet."""
    info = member("bin/busybox", tarfile.REGTYPE, 0o755)
    with open(busybox, "rb") as program:
        content = program.read()
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
    for path in applets(busybox):
        link = member(path, tarfile.SYMTYPE, 0o777)
        link.linkname = "/bin/busybox"
        tar.addfile(link)


def add(tar, busybox):
    """Add the whole default root to the archive."""
    for name, text in FILES:
        info = member(name, tarfile.REGTYPE, 0o644)
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text.encode()))
    for name, mode, major, minor in CHARACTER_DEVICES:
        info = member(name, tarfile.CHRTYPE, mode)
        info.devmajor, info.devminor = major, minor
        tar.addfile(info)
    for name, target in SYMBOLIC_LINKS:
        info = member(name, tarfile.SYMTYPE, 0o777)
        info.linkname = target
        tar.addfile(info)
    add_busybox(tar, busybox)
    # Folders after what is in them, so that they keep their times.
    for name, mode in reversed(DIRECTORIES):
        tar.addfile(member(name, tarfile.DIRTYPE, mode))
