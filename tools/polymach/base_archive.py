#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the base archive: programs, layouts and the default root.

    base_archive.py --output FILE --busybox FILE [MEMBER:FILE...]

The archive has no end mark, so that an overlay can be appended to a copy.
"""

import argparse
import os
import tarfile

import default_root


def write(path, busybox, members):
    """Write the archive to PATH."""
    temporary = path + ".new"
    with open(temporary, "wb") as stream:
        tar = tarfile.open(fileobj=stream, mode="w",
                           format=tarfile.GNU_FORMAT)
        for text in members:
            name, source = text.split(":", 1)
            info = tarfile.TarInfo(name)
            info.size = os.path.getsize(source)
            info.mode = 0o755
            with open(source, "rb") as content:
                tar.addfile(info, content)
        default_root.add(tar, busybox)
        # Not tar.close(): that would write the end mark.
        stream.flush()
    os.rename(temporary, path)


def main():
    """Parse the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--busybox", required=True)
    parser.add_argument("members", nargs="*")
    options = parser.parse_args()
    write(options.output, options.busybox, options.members)


if __name__ == "__main__":
    main()
