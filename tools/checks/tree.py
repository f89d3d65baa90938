# SPDX-License-Identifier: BSD-2-Clause
"""The source tree as the checks see it."""

import os

SOURCE = os.environ.get("SOURCE", os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))))

SKIPPED = {".git", "__pycache__"}
# What an in-tree build leaves at the top.
BUILT = {"out", "Makefile", "config.mk", "polymach"}


def walk():
    """Yield (folder, names of files), relative to the top."""
    for folder, folders, names in os.walk(SOURCE):
        relative = os.path.relpath(folder, SOURCE)
        relative = "" if relative == "." else relative
        folders[:] = sorted(f for f in folders if f not in SKIPPED and
                            not (relative == "" and f in BUILT))
        if relative == "":
            names = [n for n in names if n not in BUILT]
        yield relative, sorted(names)


def files(*endings):
    """Paths of the files with one of these endings (all when none given)."""
    for folder, names in walk():
        for name in names:
            if not endings or name.endswith(endings):
                yield os.path.join(folder, name)


def read(path):
    """A file's text."""
    with open(os.path.join(SOURCE, path), encoding="utf-8",
              errors="replace") as stream:
        return stream.read()


def exceptions(name):
    """Entries of an exceptions list beside this file: {key: reason}.

    Each line is "KEY: REASON"; blank lines and # lines say nothing.
    """
    entries = {}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            line = line.strip()
            if line and not line.startswith("#"):
                key, _, reason = line.partition(":")
                entries[key.strip()] = reason.strip()
    return entries


def is_exempt(path, entries):
    """Whether a path is an entry or below one."""
    return any(path == key or path.startswith(key.rstrip("/") + "/")
               for key in entries)
