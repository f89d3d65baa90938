#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--root and --copy: what is on the host is there in the guest."""

import os
import tempfile

import tap

LOOK = """cd /tree || exit
find . | sort | while read -r name; do
    stat -c '%n %a %u:%g %s %Y %F' "$name"
done | sed '/directory$/s/ [0-9]* \\([0-9]* directory\\)$/ \\1/'
readlink soft; cat deep/*/file z-hard; cat 'a name'
[ deep/*/file -ef z-hard ] && echo same file
echo more >> z-hard; cat deep/*/file
"""


def make_tree(top):
    """A tree with one of each."""
    tree = os.path.join(top, "tree")
    folder = os.path.join(tree, "deep", "e" * 120)
    os.makedirs(folder)
    deep = os.path.join(folder, "file")
    with open(deep, "w", encoding="utf-8") as stream:
        stream.write("deep\n")
    os.chmod(deep, 0o751)
    os.link(deep, os.path.join(tree, "z-hard"))
    os.symlink("deep/none", os.path.join(tree, "soft"))
    os.mkfifo(os.path.join(tree, "fifo"), 0o640)
    with open(os.path.join(tree, "a name"), "w", encoding="utf-8") as stream:
        stream.write("name\n")
    os.chmod(os.path.join(tree, "a name"), 0o644)
    os.chmod(folder, 0o1777)
    for place, folders, names in os.walk(tree, topdown=False):
        for name in names + folders:
            os.utime(os.path.join(place, name), (10 ** 9, 10 ** 9),
                     follow_symlinks=False)
    os.utime(tree, (10 ** 9, 10 ** 9))
    os.chmod(tree, 0o755)
    os.chmod(os.path.join(tree, "deep"), 0o700)


def wanted_text():
    """What LOOK must print."""
    name = "./deep/" + "e" * 120
    return (""". 755 0:0 1000000000 directory
./a name 644 0:0 5 1000000000 regular file
./deep 700 0:0 1000000000 directory
%s 1777 0:0 1000000000 directory
%s/file 751 0:0 5 1000000000 regular file
./fifo 640 0:0 0 1000000000 fifo
./soft 777 0:0 9 1000000000 symbolic link
./z-hard 751 0:0 5 1000000000 regular file
deep/none
deep
deep
name
same file
deep
more
""" % (name, name)).encode()


def main():
    """One boot with a tree, one with files, one with many files."""
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        make_tree(top)
        tap.expect("--root keeps names, modes, times and links",
                   tap.shell(LOOK, options=("--root", top)),
                   out=wanted_text())
    with tempfile.TemporaryDirectory() as top:
        path = os.path.join(top, "prog")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("#!/bin/sh\necho script $*\n")
        os.chmod(path, 0o755)
        tap.expect("--copy HOST", tap.polymach(
            "/prog", "a", options=("--copy", path)), out=b"script a\n")
        tap.expect("--copy HOST:GUEST makes folders", tap.polymach(
            "/opt/x/y", "b", options=("--copy", path + ":/opt/x/y")),
            out=b"script b\n")
    with tempfile.TemporaryDirectory() as top:
        os.mkdir(os.path.join(top, "many"))
        for number in range(3000):
            path = os.path.join(top, "many", "f%d" % number)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write("%d\n" % number)
        tap.expect("3000 files", tap.shell(
            "ls /many | wc -l; cat /many/f* | awk '{s += $1} END {print s}'",
            options=("--root", top)), out=b"3000\n4498500\n")
    tap.done()


if __name__ == "__main__":
    main()
