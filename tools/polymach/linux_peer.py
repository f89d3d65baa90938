# SPDX-License-Identifier: BSD-2-Clause
"""The Linux peer of `polymach bench`: Debian's cloud kernel in the same QEMU.

The kernel package is fetched with apt (nothing is installed), unpacked in the
build tree, and booted with an initramfs that holds the benchmark program, the
files it execs, and busybox as init.  The program's standard output comes back
over the second serial line.
"""

import os
import stat
import subprocess
import tempfile
import time

PACKAGE = "linux-image-cloud-amd64"

INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t tmpfs tmp /tmp
export PATH=/bin HOME=/ TERM=dumb
/bin/busybox stty -F /dev/ttyS1 raw
{command} > /dev/ttyS1 2>/dev/ttyS0 < /dev/null
echo "exit $?" > /dev/ttyS1
/bin/busybox sync
/bin/busybox sleep 1
/bin/busybox reboot -f
"""


class PeerError(Exception):
    """The peer can't be run; the text says why."""


def _run(argv, **kwargs):
    result = subprocess.run(argv, capture_output=True, text=True, **kwargs)
    if result.returncode != 0:
        raise PeerError("%s: %s" % (argv[0], result.stderr.strip()[-300:]))
    return result.stdout


def fetch_kernel(cache):
    """The path of vmlinuz and the package's version; downloads at need."""
    os.makedirs(cache, exist_ok=True)
    record = os.path.join(cache, "version")
    if os.path.exists(record):
        version, image = open(record).read().split()
        if os.path.exists(image):
            return image, version
    depends = _run(["apt-cache", "depends", PACKAGE])
    names = [line.split()[-1] for line in depends.splitlines()
             if "Depends: linux-image-" in line]
    if not names:
        raise PeerError("apt knows no package %s" % PACKAGE)
    _run(["apt-get", "download", names[0]], cwd=cache)
    debs = [f for f in os.listdir(cache)
            if f.startswith(names[0] + "_") and f.endswith(".deb")]
    root = os.path.join(cache, "root")
    _run(["dpkg-deb", "-x", os.path.join(cache, debs[0]), root])
    boot = os.path.join(root, "boot")
    image = [os.path.join(boot, f) for f in os.listdir(boot)
             if f.startswith("vmlinuz-")][0]
    version = debs[0].split("_")[1]
    with open(record, "w") as out:
        out.write("%s %s\n" % (version, image))
    return image, version


def _entry(name, mode, data=b"", rdev=(0, 0), ino=[0]):
    """One member of a newc cpio archive."""
    ino[0] += 1
    raw = name.encode() + b"\0"
    fields = (ino[0], mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1],
              len(raw), 0)
    head = b"070701" + b"".join(b"%08X" % f for f in fields)
    out = head + raw
    out += b"\0" * (-len(out) % 4) + data
    return out + b"\0" * (-len(out) % 4)


def make_initramfs(path, busybox, files, command):
    """files: {guest path: host path}; command: a shell line."""
    out = [_entry(d, stat.S_IFDIR | 0o755)
           for d in ("bin", "dev", "proc", "tmp", "etc")]
    out.append(_entry("dev/console", stat.S_IFCHR | 0o600, rdev=(5, 1)))
    members = dict(files)
    members.setdefault("/bin/busybox", busybox)
    for guest, host in sorted(members.items()):
        with open(host, "rb") as source:
            out.append(_entry(guest.lstrip("/"), stat.S_IFREG | 0o755,
                              source.read()))
    out.append(_entry("bin/sh", stat.S_IFLNK | 0o777, b"busybox"))
    init = INIT.format(command=command).encode()
    out.append(_entry("init", stat.S_IFREG | 0o755, init))
    out.append(_entry("TRAILER!!!", 0))
    with open(path, "wb") as archive:
        archive.write(b"".join(out))


def run_linux(qemu_line, cache, busybox, files, command, timeout=600):
    """Boot Linux with qemu_line (accelerator, CPU, memory) and run command.

    Returns (standard output, exit status, version of the kernel package,
    seconds of wall time).
    """
    image, version = fetch_kernel(cache)
    with tempfile.TemporaryDirectory(prefix="polymach-linux-") as tmp:
        initramfs = os.path.join(tmp, "initramfs")
        output = os.path.join(tmp, "out")
        make_initramfs(initramfs, busybox, files, command)
        argv = qemu_line + [
            "-nodefaults", "-no-reboot", "-display", "none",
            "-kernel", image, "-initrd", initramfs,
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
            "-serial", "file:" + os.path.join(tmp, "log"),
            "-serial", "file:" + output]
        start = time.monotonic()
        try:
            subprocess.run(argv, timeout=timeout, check=False,
                           stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise PeerError("Linux did not end in %d s" % timeout) from None
        wall = time.monotonic() - start
        text = open(output, errors="replace").read()
        lines = text.replace("\r", "").splitlines()
        if not lines or not lines[-1].startswith("exit "):
            log = open(os.path.join(tmp, "log"), errors="replace").read()
            raise PeerError("Linux gave no result: " + log[-400:])
        return lines[:-1], int(lines[-1].split()[1]), version, wall
