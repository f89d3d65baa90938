# SPDX-License-Identifier: BSD-2-Clause
"""The Linux peer of `polymach bench`: Debian's cloud kernel in the same QEMU.

The kernel package is fetched with apt (nothing is installed), unpacked in the
build tree, and booted with an initramfs that holds the benchmark program, the
files it execs, and busybox as init.  The program's standard output comes back
over the second serial line, its standard error over a third.
"""

import os
import shutil
import stat
import subprocess
import tempfile

PACKAGE = "linux-image-cloud-amd64"

COMMAND_LINE = "console=ttyS0 quiet panic=-1 mitigations=off"

INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t tmpfs tmp /tmp
export PATH=/bin HOME=/ TERM=dumb
/bin/busybox stty -F /dev/ttyS1 raw
/bin/busybox stty -F /dev/ttyS2 raw
{command} > /dev/ttyS1 2>/dev/ttyS2 < /dev/null
echo "exit $?" > /dev/ttyS1
/bin/busybox sync
/bin/busybox sleep 1
/bin/busybox reboot -f
"""


class PeerError(Exception):
    """The peer can't be run; the text says why."""


class Ended:
    """What a run gave.

    lines: standard output; status: the command's, None when it did not end in
    time; log: standard error; version: that of the kernel package.
    """

    def __init__(self, lines, status, log, version):
        self.lines = lines
        self.status = status
        self.log = log
        self.version = version


def _run(argv, **kwargs):
    result = subprocess.run(argv, capture_output=True, text=True, check=False,
                            **kwargs)
    if result.returncode != 0:
        raise PeerError("%s: %s" % (argv[0], result.stderr.strip()[-300:]))
    return result.stdout


def _text(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read().replace("\r", "")


def _unpack(cache, name):
    """Fetch the package and take its kernel out; path and version."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        # apt gives its rights away for a download, which this folder may
        # not allow; it warns and fetches all the same.
        _run(["apt-get", "download", name], cwd=folder)
        package = os.path.join(folder, os.listdir(folder)[0])
        version = _run(["dpkg-deb", "-f", package, "Version"]).strip()
        root = os.path.join(folder, "root")
        _run(["dpkg-deb", "-x", package, root])
        boot = os.path.join(root, "boot")
        names = [f for f in os.listdir(boot) if f.startswith("vmlinuz-")]
        if not names:
            raise PeerError("%s holds no kernel" % name)
        image = os.path.join(cache, names[0])
        shutil.copyfile(os.path.join(boot, names[0]), image)
    return image, "%s %s" % (name, version)


def fetch_kernel(cache):
    """The path of vmlinuz and the package's name and version."""
    os.makedirs(cache, exist_ok=True)
    record = os.path.join(cache, "version")
    if os.path.exists(record):
        image, version = _text(record).strip().split(" ", 1)
        if os.path.exists(os.path.join(cache, image)):
            return os.path.join(cache, image), version
    depends = _run(["apt-cache", "depends", PACKAGE])
    names = [line.split()[-1] for line in depends.splitlines()
             if "Depends: linux-image-" in line]
    if not names:
        raise PeerError("apt knows no package %s" % PACKAGE)
    image, version = _unpack(cache, names[0])
    with open(record, "w", encoding="utf-8") as out:
        out.write("%s %s\n" % (os.path.basename(image), version))
    return image, version


class Initramfs:
    """A newc cpio archive."""

    def __init__(self):
        self.parts = []
        self.folders = set()

    def add(self, name, mode, data=b"", device=(0, 0)):
        """Add one member, after the folders that lead to it."""
        folder = os.path.dirname(name)
        if folder and folder not in self.folders:
            self.add_folder(folder)
        raw = name.encode() + b"\0"
        fields = (len(self.parts) + 1, mode, 0, 0, 1, 0, len(data), 0, 0,
                  device[0], device[1], len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + raw
        head += b"\0" * (-len(head) % 4)
        self.parts.append(head + data + b"\0" * (-len(data) % 4))

    def add_folder(self, name):
        """Add a folder, once."""
        if name not in self.folders:
            self.folders.add(name)
            self.add(name, stat.S_IFDIR | 0o755)

    def write(self, path):
        """Write it all."""
        self.add("TRAILER!!!", 0)
        with open(path, "wb") as archive:
            archive.write(b"".join(self.parts))


def make_initramfs(path, busybox, files, command):
    """files: {guest path: host path}; command: a shell line."""
    tree = Initramfs()
    for folder in ("bin", "dev", "proc", "tmp", "etc"):
        tree.add_folder(folder)
    tree.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    members = dict(files)
    members.setdefault("/bin/busybox", busybox)
    for guest, host in sorted(members.items()):
        with open(host, "rb") as source:
            tree.add(guest.lstrip("/"), stat.S_IFREG | 0o755, source.read())
    tree.add("bin/sh", stat.S_IFLNK | 0o777, b"busybox")
    tree.add("init", stat.S_IFREG | 0o755,
             INIT.format(command=command).encode())
    tree.write(path)


def run_linux(qemu_line, cache, busybox, files, command, timeout=600):
    """Boot Linux with qemu_line (accelerator, CPU, memory), run a command."""
    image, version = fetch_kernel(cache)
    with tempfile.TemporaryDirectory(prefix="polymach-linux-") as tmp:
        initramfs = os.path.join(tmp, "initramfs")
        console, output, errors = (os.path.join(tmp, name)
                                   for name in ("log", "out", "err"))
        make_initramfs(initramfs, busybox, files, command)
        argv = qemu_line + [
            "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none", "-kernel", image, "-initrd", initramfs,
            "-append", COMMAND_LINE]
        for path in (console, output, errors):
            argv += ["-serial", "file:" + path]
        late = False
        try:
            subprocess.run(argv, timeout=timeout, check=False,
                           stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            late = True
        lines = _text(output).splitlines()
        if lines and lines[-1].startswith("exit "):
            return Ended(lines[:-1], int(lines[-1].split()[1]), _text(errors),
                         version)
        if not late:
            raise PeerError("Linux ended early: " + _text(console)[-400:])
        return Ended(lines, None, _text(errors), version)
