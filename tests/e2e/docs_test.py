#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: single
# limit: 300
"""Code blocks marked `sh` in docs/ and README files: each line with a `$`
prompt is run in the build folder and must print the lines that follow it.

A document that says `<!-- installed` is run in an empty folder with the
commands of `make install` in the PATH; its blocks marked with a language and a
file's name are written to that file."""

import os
import re
import subprocess
import tempfile

import tap

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```",
                   re.MULTILINE | re.DOTALL)


def commands(block):
    """Yield (command, wanted output) of a block."""
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


def installed(folder, env):
    """Install below a folder; an environment with the commands in the PATH."""
    done = subprocess.run(["make", "install", "PREFIX=" + folder], check=False,
                          cwd=env["BUILD"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    tap.check(done.returncode == 0, "make install", done.stdout[-2000:])
    return dict(env, PATH=os.path.join(folder, "bin") + ":" + env["PATH"])


def run_blocks(name, text, folder, env):
    """Do what a document's blocks say, in order."""
    for language, file_name, block in BLOCK.findall(text):
        if file_name:
            with open(os.path.join(folder, file_name), "w",
                      encoding="utf-8") as stream:
                stream.write(block)
        elif language == "sh":
            for command, wanted in commands(block):
                ended = subprocess.run(command, shell=True, text=True,
                                       timeout=380, cwd=folder, env=env,
                                       check=False, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT)
                tap.same(ended.stdout.split("\n")[:-1], wanted,
                         "%s: %s" % (name, command))


def main():
    """Run them all."""
    env = dict(os.environ)
    env.pop("LAYOUT", None)
    for path in documents():
        name = os.path.basename(path)
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        if "<!-- installed" not in text:
            run_blocks(name, text, env["BUILD"], env)
            continue
        with tempfile.TemporaryDirectory() as prefix, \
                tempfile.TemporaryDirectory() as work:
            run_blocks(name, text, work, installed(prefix, env))
    tap.done()


if __name__ == "__main__":
    main()
