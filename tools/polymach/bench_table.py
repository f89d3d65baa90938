# SPDX-License-Identifier: BSD-2-Clause
"""What the benchmarks' tables have in common."""

import sys

ACCELS = ("icount", "tcg")


def accels(options):
    """The machines to measure on."""
    return (options.accel,) if options.accel else ACCELS


def progress(what):
    """Say what is being measured, where somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write("polymach: measuring %s\n" % what)


def cell(value, factor=1, missing="failed"):
    """A figure in a table."""
    if value is None:
        return "%11s" % missing
    return "%11d" % value if factor == 1 else "%11.1f" % (value * factor)
