#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 600
# long
"""Random messages at every service, the control ports too: in a copy of the
boot archive each service is public, so that tests/posix_fuzz finds it."""

import io
import os
import re
import shutil
import sys
import tarfile
import tempfile

import tap

MESSAGES = os.environ.get("MESSAGES", "5000")


def make_public(build, target):
    """A build folder whose layouts make every service public."""
    out = os.path.join(target, "out")
    os.makedirs(out)
    os.symlink(os.path.join(build, "out", "kernel.elf"),
               os.path.join(out, "kernel.elf"))
    base = os.path.join(out, "base.tar")
    shutil.copyfile(os.path.join(build, "out", "base.tar"), base)
    folder = os.path.join(os.environ["SOURCE"], "personalities", "posix",
                          "layouts")
    with open(base, "ab") as stream, \
            tarfile.open(fileobj=stream, mode="w",
                         format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".conf"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as conf:
                lines = re.sub(r"^( *provides \S+).*$", r"\1 public",
                               conf.read(), flags=re.M).encode()
            info = tarfile.TarInfo("boot/layouts/" + name)
            info.size = len(lines)
            tar.addfile(info, io.BytesIO(lines))
        tar.fileobj.flush()
        # Not closed: what the command appends comes behind.
        tar.close = lambda: None
    return target


def main():
    """Run the program in that machine; its TAP is ours."""
    build = os.environ["BUILD"]
    program = os.path.join(build, "out", "linux", "posix-fuzz")
    with tempfile.TemporaryDirectory() as folder:
        command = os.path.join(folder, "polymach")
        with open(command, "w", encoding="utf-8") as script:
            script.write(
                "#!/bin/sh\nPOLYMACH_SOURCE='%s' POLYMACH_BUILD='%s' exec "
                "python3 '%s/tools/polymach' \"$@\"\n"
                % (os.environ["SOURCE"], make_public(build, folder),
                   os.environ["SOURCE"]))
        os.chmod(command, 0o755)
        os.environ["POLYMACH"] = command
        status, out, err = tap.polymach(
            "/test/posix-fuzz", MESSAGES, "3",
            options=("--copy", program + ":/test/posix-fuzz"), limit=500)
    sys.stdout.write(out.decode(errors="replace"))
    if status != 0:
        print("Bail out! status %s: %s"
              % (status, err.decode(errors="replace")[-3000:]))
    return status if isinstance(status, int) else 1


sys.exit(main())
