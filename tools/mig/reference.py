#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The reference pages in docs/reference: one for each interface, and a list.

    reference.py --mig MIG --source DIR [--check]

--check writes nothing and tells which pages are out of date (status 1).
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

HEAD = """\
<!-- SPDX-License-Identifier: BSD-2-Clause -->
<!-- Written by tools/mig/reference.py: changes here are lost. -->
# Reference: the interfaces

A page for each interface of `ipc-defs/`, written by `make reference` from the
`.defs` and their comments; tests compare. Each routine has its prototype, the
ids and sizes of its messages, and its arguments: shape, unit, and who owns
the rights and the memory.

## Errors

Whatever a page says of a routine's own errors, a call can give

- `MACH_SEND_INVALID_DEST`: the port is dead, or the name is no right; nothing
  was sent, and what was to go with the request is still the caller's;
- `MIG_SERVER_DIED` or `MACH_RCV_...`: no reply will come;
- `MIG_BAD_ID`, `MIG_BAD_ARGUMENTS`, `MIG_ARRAY_TOO_LARGE`,
  `MIG_TYPE_ERROR`: the server does not know the request, or it is not as the
  interface says;
- `KERN_INVALID_ARGUMENT`: the port is not an object of this kind.

Results are written on success only.

## Ownership

- *the caller keeps its own*: a right is copied or made, memory is copied.
- *goes with the request*: the caller's right or memory is gone when the
  request has been sent.
- *the caller's*: what a successful call gave is the caller's to release
  (`mach_port_deallocate`, `mach_vm_deallocate`).
- *server: lent*: dropped when the routine has returned, on success and on
  error, unless it was taken (`mig_take_port`, `mig_take_ool`,
  `mig_take_ports`).
- *server: its own on success*: generated code drops it only on an error.
- *server: its own with `MIG_NO_REPLY`*: the right to reply; a routine that
  keeps it answers later.
- *goes with the reply*: the server's is gone when the routine has returned
  `KERN_SUCCESS`; on an error it is still the server's.

## Pages

| interface | ids | |
|---|---:|---|
"""


def interfaces(source):
    """Paths of the interfaces, sorted by name."""
    found = []
    for folder, _, names in os.walk(os.path.join(source, "ipc-defs")):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".defs"):
                with open(path, encoding="utf-8") as stream:
                    if re.search("^subsystem", stream.read(), re.M):
                        found.append(path)
    return sorted(found, key=os.path.basename)


def summary(text):
    """The first sentence of a page's description, as one line."""
    match = re.search(r"\A(?:<!--[^\n]*\n)*# [^\n]*\n\n(.*?)\n\n", text,
                      re.S)
    line = re.sub(r"\s+", " ", match.group(1)) if match else ""
    if line.startswith("Header `"):
        return ""
    return re.split(r"(?<=[.;:])\s", line)[0].rstrip(".;:").replace("|", "/")


def pages(mig, source):
    """What the folder must hold: {name: text}."""
    defs = os.path.join(source, "ipc-defs")
    wanted, listed = {}, HEAD
    with tempfile.TemporaryDirectory() as folder:
        for path in interfaces(source):
            name = os.path.basename(path)[:-len(".defs")] + ".md"
            page = os.path.join(folder, name)
            subprocess.run([mig, "-I", defs, "-I", os.path.join(defs, "mach"),
                            "-I", os.path.join(defs, "posix"), "-doc", page,
                            path], check=True)
            with open(page, encoding="utf-8") as stream:
                text = wanted[name] = stream.read()
            ids = re.search(r"ids (\d+) to (\d+)", text)
            listed += "| [%s](%s) | %s to %s | %s |\n" % (
                name[:-3], name, ids.group(1), ids.group(2), summary(text))
    wanted["interfaces.md"] = listed
    return wanted


def present(folder):
    """What the folder holds: {name: text}."""
    found = {}
    if os.path.isdir(folder):
        for name in set(os.listdir(folder)) - {"README.md"}:
            with open(os.path.join(folder, name), encoding="utf-8") as stream:
                found[name] = stream.read()
    return found


def main():
    """Compare, or write what differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mig", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    folder = os.path.join(options.source, "docs", "reference")
    wanted = pages(options.mig, options.source)
    found = present(folder)
    differ = sorted(name for name in set(wanted) | set(found)
                    if wanted.get(name) != found.get(name))
    if options.check:
        for name in differ:
            print("docs/reference/%s is out of date: run make reference"
                  % name)
        sys.exit(1 if differ else 0)
    os.makedirs(folder, exist_ok=True)
    for name in differ:
        path = os.path.join(folder, name)
        if name not in wanted:
            os.remove(path)
            continue
        with open(path + ".new", "w", encoding="utf-8") as stream:
            stream.write(wanted[name])
        os.rename(path + ".new", path)


if __name__ == "__main__":
    main()
