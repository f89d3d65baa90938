# SPDX-License-Identifier: BSD-2-Clause
"""Where the build's outputs are."""

import os

from errors import Failure

SOURCE = os.environ.get("POLYMACH_SOURCE", os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("POLYMACH_BUILD", SOURCE)
OUT = os.path.join(BUILD, "out")

# The tests of this command put a machine of their own in QEMU's place.
QEMU = os.environ.get("POLYMACH_QEMU", "qemu-system-x86_64")


def output(name, built_by="make"):
    """The path of one of the build's outputs, which must exist."""
    path = os.path.join(OUT, name)
    if not os.path.exists(path):
        raise Failure("%s is not there: run %s first" % (path, built_by))
    return path


def layout(name):
    """The configuration of a layout."""
    return os.path.join(SOURCE, "personalities", "posix", "layouts",
                        name + ".conf")


def kernel():
    """The kernel, an ELF file that QEMU boots by its PVH note."""
    return output("kernel.elf")


def base_archive():
    """The archive of servers, layouts and the default root."""
    return output("base.tar")
