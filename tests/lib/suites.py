# SPDX-License-Identifier: BSD-2-Clause
"""Which tests there are: each is a command line with a time limit.

A script may say in comments of its first 30 lines:

    # layouts: single multi    run once for each [e2e: both; others: none]
    # limit: 600               seconds [400, which is also the least]
    # long                     only in make check-long
"""

import os
import re

LAYOUTS = ("single", "multi")
# Suites of programs that the kernel runs.
BOOTING = ("guest", "posix", "e2e")
# Limits only end what hangs: a slow or busy host is no failure.
DEFAULT_LIMIT = 400


class Test:
    """One command to run."""

    def __init__(self, suite, name, command, limit=DEFAULT_LIMIT, **env):
        self.suite = suite
        self.name = "%s/%s" % (suite, name)
        self.command = command
        self.limit = limit
        self.env = env


def marks(path):
    """The marks in a script's comments."""
    found = {}
    with open(path, encoding="utf-8", errors="replace") as script:
        for _, line in zip(range(30), script):
            match = re.match(r"#\s*(layouts|limit|long)\b:?\s*(.*)$", line)
            if match:
                found[match.group(1)] = match.group(2).strip()
    return found


def is_test_script(path):
    """Whether a file is a script that can be run."""
    return os.path.isfile(path) and os.access(path, os.X_OK) and \
        path.endswith((".sh", ".py"))


def files(folder):
    """Sorted paths of a folder's files; none when it is not there."""
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def script_tests(suite, folder, layouts, long_too):
    """A test for each script of a folder and each layout."""
    for path in filter(is_test_script, files(folder)):
        said = marks(path)
        if "long" in said and not long_too:
            continue
        limit = max(DEFAULT_LIMIT, int(said.get("limit", 0)))
        name = os.path.basename(path)
        wanted = said.get("layouts", layouts).split()
        if wanted in ([], ["none"]):
            yield Test(suite, name, [path], limit)
            continue
        for layout in wanted:
            yield Test(suite, "%s [%s]" % (name, layout), [path], limit,
                       LAYOUT=layout)


def host_tests(build):
    """Host programs below out/tests/host."""
    for path in files(os.path.join(build, "out", "tests", "host")):
        yield Test("host", os.path.basename(path), [path])


def guest_tests(build, source, long_too):
    """Programs of ours that are booted in bootstrap's place."""
    boot = os.path.join(source, "tests", "lib", "boot_guest.py")
    for path in files(os.path.join(build, "out", "tests", "guest")):
        if not path.endswith(".conf"):
            continue
        name = os.path.basename(path)[:-len(".conf")]
        yield Test("guest", name, [boot, path])
        with open(path, encoding="utf-8") as conf:
            has_long = re.search(r"^long_append=.", conf.read(), re.M)
        if long_too and has_long:
            yield Test("guest", name + "-long", [boot, path, "--long"], 1900)


def posix_tests(build):
    """Static Linux programs that print TAP, in both layouts."""
    command = os.path.join(build, "polymach")
    for path in files(os.path.join(build, "out", "linux")):
        name = os.path.basename(path)
        if not name.startswith("posix-") or name.endswith(".d"):
            continue
        for layout in LAYOUTS:
            yield Test("posix", "%s [%s]" % (name[6:], layout),
                       [command, "run", "--timeout", "380", "--layout", layout,
                        "--copy", path + ":/test/" + name, "--",
                        "/test/" + name])


def folder_suites(source, long_too):
    """tests/NAME/*.py and *.sh for every folder with a file named SUITE."""
    tests = os.path.join(source, "tests")
    for folder in files(tests):
        if os.path.exists(os.path.join(folder, "SUITE")):
            yield from script_tests(os.path.basename(folder), folder, "none",
                                    long_too)


def every(build, source, long_too):
    """All tests, the quick ones first."""
    yield from script_tests("checks", os.path.join(source, "tools", "checks"),
                            "none", long_too)
    yield from host_tests(build)
    yield from folder_suites(source, long_too)
    yield from guest_tests(build, source, long_too)
    yield from posix_tests(build)
    yield from script_tests("e2e", os.path.join(source, "tests", "e2e"),
                            "single multi", long_too)
