#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 300
"""Tests of tools/mig: prints TAP.

    run.py [MIG]      (or BUILD=the build folder in the environment)

good/*.defs must be accepted, and what is generated must compile without a
warning as C11 (gcc, clang) and C++17.  bad/*.defs must be refused or warned
of at the line that bad/expected.json gives.  ipc-defs/ must generate and its
user side must compile.  runtime/ is built and run under ASan and UBSan.

expected-failures: lines `TEST-NAME: reason`.  A test listed there must fail;
one that passes is a failure of this list.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import dialects

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Werror"]
INCLUDES = ["-I" + os.path.join(TOP, "ipc-defs"),
            "-I" + os.path.join(TOP, "libmach", "include"),
            "-I" + os.path.join(HERE, "include"),
            "-include", "good_types.h"]
COMPILERS = [["gcc", "-std=c11", "-O2"], ["clang", "-std=c11", "-O2"],
             ["g++", "-std=c++17", "-O2", "-x", "c++"]]
OUTPUTS = [("-header", "%s.h"), ("-user", "%s_user.c"),
           ("-sheader", "%s_server.h"), ("-server", "%s_server.c"),
           ("-replies", "%s_replies.c"), ("-repliesheader", "%s_replies.h"),
           ("-ir", "%s.json"), ("-fuzz", "%s_fuzz.c"),
           ("-decoder", "%s_decoder.json")]


class Tap:
    """Counts and prints results; knows which failures are expected."""

    def __init__(self, expected):
        self.count = 0
        self.failed = 0
        self.expected = expected

    def result(self, good, name, details=""):
        """One test."""
        self.count += 1
        reason = self.expected.pop(name, None)
        if reason is not None and good:
            good, details = False, "listed in expected-failures, but passes"
        elif reason is not None:
            good, details = True, "expected: " + reason
        print("%sok %d - %s" % ("" if good else "not ", self.count, name))
        for line in details.strip().splitlines()[:12] if details else []:
            print("# " + line)
        self.failed += not good

    def finish(self):
        """The plan, and what was listed without being a test."""
        for name in self.expected:
            self.count += 1
            self.failed += 1
            print("not ok %d - %s: listed in expected-failures, "
                  "no such test" % (self.count, name))
        print("1..%d" % self.count)
        return self.failed


def run(command, cwd=None):
    """Runs a command; its status and output."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          errors="replace", timeout=250)
    return done.returncode, done.stdout


def have(command):
    """Is the compiler there?  Without clang or g++ the rest still counts."""
    return shutil.which(command[0]) is not None


def compile_all(tap, name, folder, sources):
    """Compiles generated files with every compiler."""
    for compiler in COMPILERS:
        title = "%s compiles as %s (%s)" % (name, compiler[1][5:],
                                            compiler[0])
        if not have(compiler):
            print("# %s is not installed: %s is skipped" % (compiler[0],
                                                            title))
            continue
        text = ""
        good = True
        for source in sources:
            status, said = run(compiler + WARNINGS + INCLUDES +
                               ["-I.", "-c", "-o", "/dev/null", source],
                               folder)
            good = good and status == 0
            text += said
        tap.result(good, title, "" if good else text)


def test_good(tap, mig):
    """Inputs that must be accepted."""
    folder = os.path.join(HERE, "good")
    for name in sorted(os.listdir(folder)):
        stem = name[:-len(".defs")]
        if re.match(r"a\d\d_", name):
            continue  # see dialects.py
        with tempfile.TemporaryDirectory() as out:
            command = [mig]
            for option, form in OUTPUTS:
                command += [option, os.path.join(out, form % stem)]
            status, said = run(command + [os.path.join(folder, name)])
            tap.result(status == 0, "good/%s is accepted" % stem, said)
            if status != 0:
                continue
            direct = "%s_direct.c" % stem
            status, said = run([mig, "-prefix", "D_", "-direct",
                                os.path.join(out, direct),
                                os.path.join(folder, name)])
            tap.result(status == 0, "good/%s has a direct binding" % stem,
                       said)
            compile_all(tap, "good/" + stem, out,
                        [form % stem for _, form in OUTPUTS
                         if form.endswith(".c")] + [direct])


def test_bad(tap, mig):
    """Inputs that must be refused or warned of."""
    with open(os.path.join(HERE, "bad", "expected.json"),
              encoding="utf-8") as f:
        cases = json.load(f)
    for case in cases:
        with tempfile.TemporaryDirectory() as out:
            header = os.path.join(out, "x.h")
            status, said = run([mig, "-header", header, "-MD",
                                os.path.join(out, "x.d"), "bad/%s.defs" %
                                case["name"]], HERE)
            left = os.listdir(out)
        found = re.findall(r"^[^:\n]+:(\d+):\d+: (error|warning): .* "
                           r"\[[EW]-[-a-z0-9]+\]$", said, re.M)
        want = case["want"]
        if want == "accept":
            good = status == 0 and not found
        else:
            good = (str(case["line"]), want) in found and \
                status == (1 if want == "error" else 0)
        tap.result(good, "bad/%s: %s" % (case["name"], case["diag"]),
                   "" if good else said)
        if want == "error":
            tap.result(not left, "bad/%s leaves no output" % case["name"],
                       " ".join(left))


def test_interfaces(tap, mig):
    """Every interface of the project."""
    defs = []
    for folder, _, names in os.walk(os.path.join(TOP, "ipc-defs")):
        defs += [os.path.join(folder, n) for n in names
                 if n.endswith(".defs")]
    for path in sorted(defs):
        stem = os.path.basename(path)[:-len(".defs")]
        with open(path, encoding="utf-8") as f:
            if not re.search(r"^subsystem", f.read(), re.M):
                continue
        with tempfile.TemporaryDirectory() as out:
            status, said = run(
                [mig, "-I", os.path.join(TOP, "ipc-defs"),
                 "-I", os.path.join(TOP, "ipc-defs", "mach"),
                 "-header", os.path.join(out, stem + ".h"),
                 "-user", os.path.join(out, stem + "_user.c"),
                 "-ir", os.path.join(out, stem + ".json"), path])
            tap.result(status == 0, "ipc-defs: %s generates" % stem, said)
            if status == 0:
                compile_all(tap, "ipc-defs: " + stem, out,
                            [stem + "_user.c"])
                with open(os.path.join(out, stem + ".json"),
                          encoding="utf-8") as f:
                    model = json.load(f)
                tap.result(model["subsystem"] == stem or bool(model),
                           "ipc-defs: %s's model is JSON" % stem)


def test_reproducible(tap, mig):
    """The same input gives the same bytes, wherever it is written."""
    texts = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as out:
            path = os.path.join(out, "rich_user.c")
            run([mig, "-user", path, os.path.join(HERE, "good",
                                                  "rich.defs")])
            with open(path, encoding="utf-8") as f:
                texts.append(f.read())
    tap.result(texts[0] == texts[1] and texts[0] != "",
               "output is reproducible")


def test_runtime(tap, mig):
    """Generated code at work; its own TAP lines become ours."""
    with tempfile.TemporaryDirectory() as out:
        status, said = run(["sh", os.path.join(HERE, "runtime", "build.sh"),
                            os.path.abspath(mig), TOP, out])
        tap.result(status == 0, "runtime test builds", said)
        if status != 0:
            return
        status, said = run([os.path.join(out, "rt_test")])
        for line in said.splitlines():
            match = re.match(r"(not )?ok \d+ - (.*)$", line)
            if match:
                tap.result(match.group(1) is None,
                           "runtime: " + match.group(2))
        tap.result(status == 0 and "1.." in said, "runtime test ends well",
                   "" if status == 0 else said[-2000:])


def expected_failures():
    """The list, by name."""
    found = {}
    with open(os.path.join(HERE, "expected-failures"),
              encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                name, reason = line.strip().rsplit(" -- ", 1)
                found[name] = reason
    return found


def main():
    """Runs everything."""
    if len(sys.argv) > 1:
        mig = os.path.abspath(sys.argv[1])
    else:
        mig = os.path.join(os.environ["BUILD"], "out", "tools", "mig", "mig")
    tap = Tap(expected_failures())
    test_good(tap, mig)
    test_bad(tap, mig)
    test_interfaces(tap, mig)
    test_reproducible(tap, mig)
    dialects.test_all(tap, mig)
    test_runtime(tap, mig)
    sys.exit(1 if tap.finish() else 0)


if __name__ == "__main__":
    main()
