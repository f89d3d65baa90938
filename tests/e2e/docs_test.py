#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: single
# limit: 300
"""Code blocks marked `sh` in docs/ and README files: each line with a `$`
prompt is run in the build folder and must print the lines that follow it."""

import os
import re
import subprocess

import tap

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(text):
    """Yield (command, wanted output) of a document."""
    for block in BLOCK.findall(text):
        command, wanted = None, []
        for line in block.split("\n")[:-1]:
            if line.startswith("$ "):
                if command:
                    yield command, wanted
                command, wanted = line[2:], []
            else:
                wanted.append(line)
        if command:
            yield command, wanted


def documents():
    """Paths of the documents."""
    source = os.environ["SOURCE"]
    yield os.path.join(source, "README.md")
    folder = os.path.join(source, "docs")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".md"):
            yield os.path.join(folder, name)


def main():
    """Run them all."""
    env = dict(os.environ)
    env.pop("LAYOUT", None)
    for path in documents():
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        for command, wanted in commands(text):
            ended = subprocess.run(command, shell=True, text=True, timeout=200,
                                   cwd=env["BUILD"], env=env, check=False,
                                   stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
            tap.same(ended.stdout.split("\n")[:-1], wanted,
                     "%s: %s" % (os.path.basename(path), command))
    tap.done()


if __name__ == "__main__":
    main()
