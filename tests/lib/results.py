# SPDX-License-Identifier: BSD-2-Clause
"""What one test program's output says: counts of its TAP lines."""

import re

RESULT = re.compile(r"^(not ok|ok)\b(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)\s*(#\s*skip.*)?$", re.IGNORECASE)
SKIP = re.compile(r"#\s*skip\b", re.IGNORECASE)


class Result:
    """Counts, and the lines that tell of failures."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.problems = []
        self.seconds = 0.0

    def fail(self, text):
        """Count a failure that is no TAP line."""
        self.failed += 1
        self.problems.append(text)


def parse(result, output, status):
    """Fill RESULT from a program's output and exit status."""
    planned = None
    bailed = None
    for line in output.splitlines():
        plan = PLAN.match(line)
        match = RESULT.match(line)
        if plan:
            planned = int(plan.group(1))
        elif line.startswith("Bail out!"):
            bailed = line
        elif match and match.group(1) == "not ok":
            result.failed += 1
            result.problems.append(line)
        elif match and SKIP.search(match.group(2)):
            result.skipped += 1
        elif match:
            result.passed += 1
    seen = result.passed + result.failed + result.skipped
    if bailed:
        result.fail(bailed)
    elif seen == 0 and planned is None:
        if status == 0:
            result.passed += 1
        else:
            result.fail("ended with status %d" % status)
    elif planned is None:
        result.fail("ended without a plan, status %d" % status)
    elif planned != seen:
        result.fail("planned %d tests, ran %d" % (planned, seen))
    elif status != 0 and result.failed == 0:
        result.fail("all tests passed, but its status is %d" % status)
