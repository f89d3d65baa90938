# SPDX-License-Identifier: BSD-2-Clause
"""The Test Anything Protocol, for tests in Python.

    import tap
    tap.check(value == 3, "three is three", "it was %r" % value)
    tap.done()
"""

import os
import subprocess
import sys

COUNT = {"run": 0, "failed": 0}


def check(good, name, why=""):
    """Print one result; WHY goes with a failure.  Returns GOOD."""
    COUNT["run"] += 1
    if not good:
        COUNT["failed"] += 1
    name = name.replace("#", "\\#").replace("\n", " ")
    print("%s %d - %s" % ("ok" if good else "not ok", COUNT["run"], name))
    if not good and why:
        for line in str(why).split("\n"):
            print("# " + line)
    sys.stdout.flush()
    return bool(good)


def same(got, wanted, name):
    """Check that two values are equal."""
    return check(got == wanted, name, "wanted: %s\n   got: %s"
                 % (short(wanted), short(got)))


def short(value):
    """A value's text, cut when it is long."""
    text = repr(value)
    return text if len(text) < 1500 else text[:1500] + "..."


def skip(name, why):
    """Print a test that cannot be run here."""
    COUNT["run"] += 1
    print("ok %d - %s # SKIP %s" % (COUNT["run"], name, why))
    sys.stdout.flush()


def done():
    """Print the plan and end with 1 when something failed."""
    print("1..%d" % COUNT["run"])
    sys.exit(1 if COUNT["failed"] else 0)


def own_ipc():
    """Runs of this script say for themselves how calls go, whatever
    run-suites --ipc says."""
    words = os.environ.get("POLYMACH_APPEND", "").split()
    os.environ["POLYMACH_APPEND"] = " ".join(
        word for word in words if not word.startswith("ipc="))


def polymach(*arguments, command="run", data=b"", options=(), limit=300):
    """Run the host command; return (status, stdout, stderr) as bytes."""
    line = [os.environ["POLYMACH"], command, "--timeout", str(limit)]
    if "LAYOUT" in os.environ:
        line += ["--layout", os.environ["LAYOUT"]]
    line += list(options)
    if command == "run":
        line.append("--")
    try:
        ended = subprocess.run(line + list(arguments), input=data,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               timeout=limit + 30, check=False)
    except subprocess.TimeoutExpired as late:
        return "hangs", late.stdout or b"", late.stderr or b""
    return ended.returncode, ended.stdout, ended.stderr


def shell(script, **keywords):
    """Run a shell script in the guest."""
    return polymach("/bin/busybox", "sh", "-c", script, **keywords)


def expect(name, got, status=0, out=b"", err=b""):
    """Check a (status, stdout, stderr); err None: any."""
    wanted = (status, out, err if err is not None else got[2])
    return same(got, wanted, name)
