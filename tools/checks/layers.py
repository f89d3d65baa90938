#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's folders include each other only as kernel/LAYERS says."""

import os
import re

import tap
import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def allowed_edges():
    """{folder: folders} from kernel/LAYERS."""
    edges = {}
    for line in tree.read("kernel/LAYERS").split("\n"):
        line = line.split("#")[0].strip()
        if line:
            folder, _, others = line.partition(":")
            edges[folder.strip()] = set(others.split())
    return edges


def target(include):
    """The kernel folder of an include; None for the contract, the compiler's
    headers and generated ones."""
    folder = include.split("/")[0] if "/" in include else None
    if folder == "machine":
        return "machine"
    if folder is None or folder == "mach":
        return None
    if not os.path.exists(os.path.join(tree.SOURCE, "kernel", include)):
        return None
    return folder


def main():
    """One result for each folder."""
    edges = allowed_edges()
    wrong = {folder: [] for folder in edges}
    for path in tree.files(".c", ".h", ".S"):
        parts = path.split("/")
        if parts[0] != "kernel" or len(parts) < 3:
            continue
        folder = "machine" if "machine" in parts[:-1] else parts[1]
        if folder not in edges and folder != "machine":
            wrong.setdefault(folder, []).append(
                "%s: its folder is not in kernel/LAYERS" % path)
            continue
        mine = edges.get(folder, edges["arch"])
        for include in INCLUDE.findall(tree.read(path)):
            other = target(include)
            inside = other == folder or \
                (folder in ("arch", "machine") and other in
                 ("arch", "machine"))
            if other is not None and not inside and other not in mine:
                wrong.setdefault(folder, []).append(
                    "%s includes %s" % (path, include))
            if include.startswith(".."):
                wrong.setdefault(folder, []).append(
                    "%s includes %s" % (path, include))
    for folder, problems in sorted(wrong.items()):
        tap.check(not problems, "kernel/%s includes what it may" % folder,
                  "\n".join(problems))
    circles(edges)
    tap.done()


def circles(edges):
    """The allowed edges themselves form no circle."""
    done, path = set(), []

    def visit(folder):
        if folder in path:
            return " -> ".join(path[path.index(folder):] + [folder])
        if folder in done:
            return None
        path.append(folder)
        for other in sorted(edges.get(folder, ())):
            found = visit(other)
            if found:
                return found
        path.pop()
        done.add(folder)
        return None

    found = next(filter(None, (visit(f) for f in sorted(edges))), None)
    tap.check(not found, "kernel/LAYERS has no circle", found or "")


if __name__ == "__main__":
    main()
