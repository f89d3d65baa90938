# SPDX-License-Identifier: BSD-2-Clause
"""The boot archive of one machine: base, overlays and the job.

Where a member name occurs twice the guest takes the later one, so the base
archive is copied as it is and the rest is appended.
"""

import io
import os
import shutil
import stat
import tarfile

import default_root
import places
from errors import Failure


def job_record(program, options, tty):
    """The member boot/job: NUL-separated key=value records."""
    records = ["tty=%d" % tty, "cwd=" + options.cwd, "uid=0", "gid=0",
               "strace_missing=%d" % options.strace_missing]
    records += ["arg=" + argument for argument in program]
    environment = {"PATH": "/bin:/sbin:/usr/bin", "HOME": "/root",
                   "TERM": os.environ.get("TERM", "linux") if tty else "linux"}
    for entry in options.env:
        name, value = entry.split("=", 1)
        environment[name] = value
    records += ["env=%s=%s" % item for item in environment.items()]
    return b"".join(os.fsencode(record) + b"\0" for record in records)


class Overlay:
    """Appends trees and files to an archive, as root's."""

    def __init__(self, stream):
        self.tar = tarfile.open(fileobj=stream, mode="w",
                                format=tarfile.GNU_FORMAT,
                                errors="surrogateescape")
        self.directories = set(default_root.NAMES)

    def add_path(self, path, name):
        """Add one object of the host as root/NAME."""
        info = self.tar.gettarinfo(path, "root/" + name)
        if info is None:
            return  # a socket: no archive can hold one
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = int(info.mtime)
        if info.isreg():
            with open(path, "rb") as content:
                self.tar.addfile(info, content)
        else:
            self.tar.addfile(info)
        if info.isdir():
            self.directories.add(name)

    def add_tree(self, top):
        """Lay the tree below TOP over the root."""
        if not os.path.isdir(top):
            what = "is not a folder" if os.path.exists(top) else "is not there"
            raise Failure("--root: %s %s" % (top, what))
        self.add_children(os.fsdecode(top), "")

    def add_children(self, folder, name):
        """Add what is in a folder, in the order of the names."""
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            child = name + "/" + entry.name if name else entry.name
            if entry.is_dir(follow_symlinks=False):
                self.add_children(entry.path, child)
            # A folder after what is in it, so that it keeps its times.
            self.add_path(entry.path, child)

    def add_file(self, text):
        """Add one file given as HOST[:GUEST]."""
        host, _, guest = text.partition(":")
        if not os.path.isfile(host):
            raise Failure("--copy: %s is not a file" % host)
        if not guest or guest.endswith("/"):
            guest += os.path.basename(host)
        guest = guest.strip("/")
        self.add_parents(guest)
        # A file of its own, whatever else was added; what a symbolic link
        # leads to, not the link.
        self.tar.inodes.clear()
        self.add_path(os.path.realpath(host), guest)

    def add_parents(self, name):
        """Add the folders above NAME that are not there yet."""
        parts = name.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = "/".join(parts[:depth])
            if folder in self.directories:
                continue
            self.directories.add(folder)
            info = tarfile.TarInfo("root/" + folder)
            info.type = tarfile.DIRTYPE
            info.mode = 0o755
            self.tar.addfile(info)

    def add_member(self, name, content):
        """Add a member outside the root tree."""
        info = tarfile.TarInfo(name)
        info.size = len(content)
        info.mode = stat.S_IRUSR
        self.tar.addfile(info, io.BytesIO(content))


def add_servers(overlay, layout, servers):
    """Add servers of the user's: their programs, and a layout with them."""
    with open(places.layout(layout), encoding="utf-8") as source:
        lines = source.read()
    for name, path, services in servers:
        with open(path, "rb") as program:
            content = program.read()
        if content[:4] != b"\x7fELF":
            raise Failure("--server: %s is not an ELF file" % path)
        overlay.add_member("boot/user-" + name, content)
        lines += "\nserver %s boot/user-%s\n" % (name, name)
        lines += "".join("    provides %s public\n" % s for s in services)
    overlay.add_member("boot/layouts/%s.conf" % layout, lines.encode())


def write(stream, base, options, job):
    """Write a machine's whole archive to an open file."""
    with open(base, "rb") as source:
        shutil.copyfileobj(source, stream, 1 << 20)
    overlay = Overlay(stream)
    for top in options.root:
        overlay.add_tree(top)
    for text in options.copy:
        overlay.add_file(text)
    if options.server:
        add_servers(overlay, options.layout, options.server)
    overlay.add_member("boot/job", job)
    overlay.tar.close()
    stream.flush()
