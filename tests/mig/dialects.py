# SPDX-License-Identifier: BSD-2-Clause
"""Inputs in the words of other systems: with -emit-types each must compile
without any header of theirs, in the plain and in both kernel variants; and
the options of the command line, and how fast it is.

Used by run.py.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
FLAGS = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsyntax-only",
         "-I.", "-I" + os.path.join(TOP, "ipc-defs"),
         "-I" + os.path.join(TOP, "libmach", "include")]
COMPILERS = [["gcc", "-std=c11"], ["clang", "-std=c11"],
             ["g++", "-std=c++17", "-x", "c++"],
             ["clang++", "-std=c++17", "-x", "c++"]]
VARIANTS = [[], ["-DKERNEL_SERVER=1"], ["-DKERNEL_USER=1"]]


def run(command, cwd=None, text=""):
    """Runs a command that is given a text; its status and output."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          errors="replace", timeout=250, input=text)
    return done.returncode, done.stdout


def compile_both(folder, compilers):
    """Compiles the stubs of either side; what was said of them."""
    text = ""
    good = True
    for compiler in compilers:
        if shutil.which(compiler[0]) is None:
            continue
        status, said = run(compiler + FLAGS + ["x_user.c", "x_server.c"],
                           folder)
        good = good and status == 0
        text += said
    return good, text


def emitted(tap, mig, name, path, variants, compilers):
    """One input, with the types that it needs."""
    for variant in variants:
        title = " ".join([name] + variant)
        with tempfile.TemporaryDirectory() as out:
            status, said = run(
                [mig] + variant + ["-I", os.path.dirname(path),
                                   "-user", "x_user.c", "-header", "x.h",
                                   "-server", "x_server.c",
                                   "-sheader", "x_server.h",
                                   "-emit-types", "x_types.h", path], out)
            if status == 0:
                good, said = compile_both(out, compilers)
                status = 0 if good else 1
            tap.result(status == 0, title + " stands by itself", said)


def test_small(tap, mig):
    """good/a*.defs: one matter each."""
    folder = os.path.join(HERE, "good")
    for name in sorted(os.listdir(folder)):
        if re.match(r"a\d\d_", name):
            emitted(tap, mig, "good/" + name[:-5],
                    os.path.join(folder, name), [[]],
                    [COMPILERS[0], COMPILERS[3]])


def test_dialects(tap, mig):
    """dialects/*.defs, with every variant and compiler."""
    folder = os.path.join(HERE, "dialects")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".defs") and not name.endswith("_types.defs"):
            emitted(tap, mig, "dialects/" + name[:-5],
                    os.path.join(folder, name), VARIANTS, COMPILERS)


def options_case(tap, mig, name, words, files, check=None):
    """A run with these words leaves exactly these files."""
    with tempfile.TemporaryDirectory() as top:
        out = os.path.join(top, "good")
        os.mkdir(out)
        shutil.copy(os.path.join(HERE, "good", "a30_requestport.defs"), out)
        shutil.copytree(os.path.join(HERE, "types"),
                        os.path.join(top, "types"))
        status, said = run([mig] + words + ["a30_requestport.defs"], out)
        left = sorted(set(os.listdir(out)) - {"a30_requestport.defs"})
        good = status == 0 and left == sorted(files)
        if good and check is not None:
            with open(os.path.join(out, check[0]), encoding="utf-8") as f:
                good = check[1] in f.read()
        tap.result(good, "option: " + name, said + " ".join(left))


def test_standard_input(tap, mig):
    """The interface by standard input, as `cpp x.defs | migcom` gives it."""
    text = "subsystem piped 900;\nroutine f(p: port_t%s);\n"
    declared = "type port_t = MACH_MSG_TYPE_COPY_SEND;\n"
    with tempfile.TemporaryDirectory() as out:
        for words in (["-"], []):
            status, said = run([mig, "-header", "x.h"] + words, out,
                               declared + text % "")
            tap.result(status == 0 and said == "" and
                       os.listdir(out) == ["x.h"],
                       "standard input: %s" % (words or "no file"), said)
            os.remove(os.path.join(out, "x.h"))
        status, said = run([mig, "-header", "x.h", "-"], out,
                           '# 7 "far.defs"\n' + declared + text % "; x: y_t")
        tap.result(status == 1 and "far.defs:9:" in said and
                   not os.listdir(out),
                   "standard input: lines of the file it came from", said)
        for words in (["-"], ["-MD", "-header", "x.h", "-"], []):
            status, said = run([mig] + words, out, declared + text % "")
            tap.result(status == 1 and said != "" and not os.listdir(out),
                       "standard input: refused: " + " ".join(words), said)


def test_options(tap, mig):
    """The forms of other generators' command lines."""
    stem = "a30_requestport"
    options_case(tap, mig, "none: the usual files", [],
                 [stem + "User.c", stem + "Server.c", stem + ".h"])
    options_case(tap, mig, "/dev/null is no file",
                 ["-user", "/dev/null", "-server", "/dev/null", "-header",
                  "x.h"], ["x.h"])
    options_case(tap, mig, "-i", ["-i", "part_"],
                 ["part_f.c", "part_g.c"])
    options_case(tap, mig, "-subrprefix and -prefix",
                 ["-subrprefix", "sub_", "-prefix", "pre_", "-header", "x.h"],
                 ["x.h"], ("x.h", "sub_pre_f("))
    options_case(tap, mig, "-MD alone", ["-MD", "-header", "x.h"],
                 ["x.h", stem + ".d"], (stem + ".d", "x.h:"))
    options_case(tap, mig, "-MD FILE", ["-MD", "dep", "-header", "x.h"],
                 ["x.h", "dep"])
    options_case(tap, mig, "-list", ["-list", "l"], ["l"],
                 ("l", stem + " 10400 g 1 10401 0"))
    options_case(tap, mig, "-iheader and -dheader",
                 ["-iheader", "i.h", "-dheader", "d.h"], ["i.h", "d.h"],
                 ("i.h", "__Request__f_t;"))
    options_case(tap, mig, "words that change nothing",
                 ["-q", "-V", "-s", "-split", "-n", "-arch", "x86_64",
                  "-novouchers", "-isystem", "/tmp", "-maxonstack", "64",
                  "-fno-common", "-Wall", "-m64", "-std=gnu17", "-pipe",
                   "-header", "x.h"], ["x.h"])
    options_case(tap, mig, "-cc", ["-cc", "gcc -DG=1", "-header", "x.h"],
                 ["x.h"])
    status, said = run([mig, "-version"])
    tap.result(status == 0 and said.startswith("mig "), "option: -version")
    with tempfile.TemporaryDirectory() as out:
        bad = os.path.join(HERE, "bad", "b81_dup_dealloc.defs")
        status, said = run([mig, "-Werror", "-header", out + "/x.h", bad])
        tap.result(status == 1 and ": error: " in said and
                   not os.listdir(out), "option: -Werror", said)
        status, said = run([mig, "-w", "-header", out + "/x.h", bad])
        tap.result(status == 0 and said == "", "option: -w", said)
        status, said = run([mig, "-fdiagnostics-format=json", "-header",
                            out + "/x.h", bad])
        tap.result(status == 0 and '"kind": "warning"' in said,
                   "option: -fdiagnostics-format=json", said)
    for words in (["-nonsense", "x.defs"], ["-user"], ["-i"],
                  ["/not/there.defs"], []):
        status, said = run([mig] + words)
        tap.result(status == 1 and said != "",
                   "refused: " + " ".join(words), said)


def test_fast(tap, mig):
    """A thousand routines in less than a second of this process."""
    with tempfile.TemporaryDirectory() as out:
        path = os.path.join(out, "thousand.defs")
        with open(path, "w", encoding="utf-8") as f:
            f.write("subsystem thousand 10000;\n"
                    "type port_t = MACH_MSG_TYPE_COPY_SEND;\n"
                    "type list_t = array[*:16] of int;\n"
                    "type m_t = ^array[] of char;\n")
            for i in range(1000):
                f.write("routine r%d(p: port_t; a: int; b: list_t; c: m_t;"
                        " out d: list_t; out e: int; out g: port_t);\n" % i)
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        used = os.times()
        status, said = run([mig, "-w", "-user", "u.c", "-header", "u.h",
                            "-server", "s.c", "-sheader", "s.h",
                            "-emit-types", "t.h", path], out)
        now = os.times()
        spent = (now.children_user + now.children_system -
                 used.children_user - used.children_system)
        print("# 1000 routines: %.2f s, %.2f s of processor" %
              (time.clock_gettime(time.CLOCK_MONOTONIC) - before, spent))
        tap.result(status == 0 and spent < 1.0,
                   "a thousand routines take less than a second",
                   "%s %.2f s" % (said, spent))


def test_all(tap, mig):
    """Everything of this file."""
    test_small(tap, mig)
    test_dialects(tap, mig)
    test_options(tap, mig)
    test_standard_input(tap, mig)
    test_fast(tap, mig)
