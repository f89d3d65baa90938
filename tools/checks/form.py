#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Form: licence lines, README files, forbidden words, scripts that parse."""

import ast
import os
import re
import subprocess

import tap
import tree

LICENCE = "SPDX-License-Identifier: BSD-2-Clause"
LICENSED = (".c", ".h", ".S", ".defs", ".mk", ".py", ".sh", ".l", ".y",
            ".lds", ".conf", ".in", ".awk", ".gdb")
README_LINES = range(3, 41)

# Words that mark a part as missing, and names of this project's surroundings.
# Split here, so that this file does not hold them.
FORBIDDEN = re.compile("|".join((
    r"\bTO" r"DO\b", r"\bFIX" r"ME\b", r"\bXX" r"X\b", r"\bnot imple" r"mented",
    r"\bfor " r"now\b", r"/wo" r"rk/", r"\.\./sha" r"red\b",
    r"/tmp" r"/p/")), re.IGNORECASE)


def check_licences(exempt):
    """Each source file says its licence in its first lines."""
    missing = []
    for path in tree.files():
        name = os.path.basename(path)
        text = tree.read(path)
        if not name.endswith(LICENSED) and not text.startswith("#!"):
            continue
        if tree.is_exempt(path, exempt):
            continue
        if LICENCE not in "\n".join(text.split("\n")[:3]):
            missing.append(path)
    tap.check(not missing, "every source file has an SPDX line",
              "\n".join(missing))


def check_readmes(exempt):
    """Each folder with files has a README.md of a fitting length."""
    missing, long_ones = [], []
    for folder, names in tree.walk():
        if not names or tree.is_exempt(folder, exempt) or folder == "":
            continue
        if "README.md" not in names:
            missing.append(folder)
        else:
            count = tree.read(os.path.join(folder, "README.md")).count("\n")
            if count not in README_LINES:
                long_ones.append("%s: %d lines" % (folder, count))
    tap.check(not missing, "every folder has a README.md", "\n".join(missing))
    tap.check(not long_ones, "README files are short", "\n".join(long_ones))


def check_words(exempt):
    """No marks of missing parts."""
    found = []
    for path in tree.files():
        if tree.is_exempt(path, exempt):
            continue
        for number, line in enumerate(tree.read(path).split("\n"), 1):
            if FORBIDDEN.search(line):
                found.append("%s:%d: %s" % (path, number, line.strip()[:100]))
    tap.check(not found, "no file marks a part as missing", "\n".join(found))


def check_scripts():
    """Scripts parse."""
    broken = []
    for path in tree.files():
        text = tree.read(path)
        first = text.split("\n")[0]
        if path.endswith(".py") or (first.startswith("#!") and
                                    "python" in first):
            try:
                ast.parse(text)
            except SyntaxError as error:
                broken.append("%s: %s" % (path, error))
        elif path.endswith(".sh") or first == "#!/bin/sh":
            ended = subprocess.run(["sh", "-n", os.path.join(tree.SOURCE,
                                                             path)],
                                   stderr=subprocess.PIPE, check=False)
            if ended.returncode != 0:
                broken.append(ended.stderr.decode())
    tap.check(not broken, "scripts parse", "\n".join(broken))


def main():
    """All of it."""
    exempt = tree.exceptions("form-exceptions.txt")
    check_licences(exempt)
    check_readmes(exempt)
    check_words(exempt)
    check_scripts()
    tap.done()


if __name__ == "__main__":
    main()
