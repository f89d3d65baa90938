#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 200
"""Stubs as tables against unrolled ones: prints TAP.

    tables.py [MIG]      (or BUILD=the build folder in the environment)

Every interface that the kernel serves, and tables/shapes.defs, is generated
in both ways; tables/driver.c gives both the same requests, honest and wrong,
and compares the words that the routine gets, what it is told of, and the
replies.
"""

import os
import re
import subprocess
import sys
import tempfile

import several
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = several.TOP
KERNEL = os.path.join(TOP, "kernel")
SHAPES = os.path.join(HERE, "tables", "shapes.defs")
COMPILE = ["gcc", "-std=gnu17", "-g", "-O0", "-Wall", "-Wextra", "-Werror",
           "-fno-strict-aliasing", "-fsanitize=address,undefined",
           "-fno-sanitize-recover=all", "-fno-sanitize=alignment", "-I.",
           "-I" + os.path.join(HERE, "tables"), "-I" + KERNEL,
           "-I" + os.path.join(TOP, "tests", "host", "ipc"),
           "-I" + os.path.join(TOP, "tests", "host", "lib")] + several.INCLUDES
SYMBOL = re.compile(r"^const struct mig_subsystem (\w+)_subsystem", re.M)
ROUTINE = re.compile(r"^    mig_ret = (\w+)\(", re.M)
STUBS = re.compile(r"^    \{(?:__Stub__(\w+)|0)", re.M)
UNROLLED = {"record", "small", "behind", "memory_object_data_supply",
            "task_set_emulator", "task_set_tokens"}


def interfaces():
    """The .defs that have a kernel server."""
    for folder, _, names in sorted(os.walk(several.DEFS)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as stream:
                if name.endswith(".defs") and "KernelServer" in stream.read():
                    yield path
    yield SHAPES


def generate(mig, folder, path, name, words):
    """One of both forms; its text."""
    subprocess.run([mig, *several.INCLUDES, "-w", "-DKERNEL_SERVER=1", *words,
                    "-server", name + ".c", "-sheader", name + ".h", path],
                   cwd=folder, check=True, timeout=60)
    with open(os.path.join(folder, name + ".c"), encoding="utf-8") as stream:
        return stream.read()


def wrapper(folder, stem, text, symbol, tabled):
    """A file that includes the stubs with names of their own; its name."""
    names = ["%s_%s" % (symbol, n) for n in ("subsystem", "server",
                                             "server_routine")]
    lines = ["#define %s %s_%s" % (n, stem[0], n) for n in names]
    lines.append('#include "%s.c"' % stem)
    if tabled:
        lines.append("const struct mig_table *const tables_%s[] = {"
                     % symbol)
        for name in STUBS.findall(text.split("__Routines[] = {")[1]):
            known = "__Table__%s = {" % name in text
            lines.append("    %s," % ("&__Table__" + name if known else "0"))
        lines.append("};")
    several.write(folder, "w_%s.c" % stem, "\n".join(lines) + "\n")
    return "w_%s.c" % stem


def fakes(folder, routines):
    """The routines, without their prototypes: all call one."""
    words = ["w%d" % i for i in range(14)]
    lines = ["#include <stdint.h>",
             "int routine(const char *name, const uintptr_t *w);"]
    for name in sorted(routines):
        lines.append("int %s(%s);\nint\n%s(%s)\n{\n    uintptr_t w[] = {%s};"
                     "\n\n    return routine(\"%s\", w);\n}\n"
                     % (name, ", ".join("uintptr_t " + w for w in words),
                        name, ", ".join("uintptr_t " + w for w in words),
                        ", ".join(words), name))
    several.write(folder, "fakes.c", "\n".join(lines))
    return "fakes.c"


def build(mig, folder):
    """The program, and the routines that have no table."""
    sources, routines, pairs, unrolled = [], set(), [], set()
    for path in interfaces():
        name = os.path.splitext(os.path.basename(path))[0]
        a = generate(mig, folder, path, "a_" + name, [])
        b = generate(mig, folder, path, "b_" + name, ["-tables"])
        symbol = SYMBOL.search(a).group(1)
        routines |= set(ROUTINE.findall(a))
        unrolled |= set(re.findall(r"^__Check_Request__(\w+)\(", b, re.M))
        sources.append(wrapper(folder, "a_" + name, a, symbol, False))
        sources.append(wrapper(folder, "b_" + name, b, symbol, True))
        pairs.append((name, symbol))
    routines = {r for r in routines if not r.startswith("__Check")}
    lines = ["extern const struct mig_subsystem a_%s_subsystem, "
             "b_%s_subsystem;\nextern const struct mig_table *const "
             "tables_%s[];" % (s, s, s) for _, s in pairs]
    lines.append("static const struct pair pairs[] = {")
    lines += ['    {"%s", &a_%s_subsystem, &b_%s_subsystem, tables_%s},'
              % (n, s, s, s) for n, s in pairs]
    several.write(folder, "stubs.h", "\n".join(lines) + "\n};\n")
    sources.append(fakes(folder, routines))
    sources.append(os.path.join(HERE, "tables", "driver.c"))
    sources += [os.path.join(KERNEL, "kern", "mig_table%s.c" % n)
                for n in ("", "_reply")]
    subprocess.run(COMPILE + sources + ["-o", "driver"], cwd=folder,
                   check=True, timeout=180)
    return os.path.join(folder, "driver"), unrolled


def main():
    """Run it."""
    mig = os.path.abspath(
        sys.argv[1] if len(sys.argv) > 1 else
        os.path.join(os.environ["BUILD"], "out", "tools", "mig", "mig"))
    with tempfile.TemporaryDirectory() as folder:
        driver, unrolled = build(mig, folder)
        tap.same(unrolled, UNROLLED, "the routines that tables can't do")
        done = subprocess.run([driver], text=True, check=False, timeout=120,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        tap.check(done.returncode == 0 and "tables " in done.stdout,
                  "tables do what unrolled stubs do: " +
                  done.stdout.strip().split("\n")[-1], done.stdout)
    tap.done()


if __name__ == "__main__":
    main()
