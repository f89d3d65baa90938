#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 400
# long
"""The generator under libFuzzer, with ASan, UBSan and leak detection.

    fuzz_parser.py [SECONDS [SEED]]    (BUILD in the environment)

The corpus is good/, bad/ and ipc-defs/, preprocessed.  Prints TAP; the input
that failed is kept in BUILD/out/tests/mig-fuzz.
"""

import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
MIG = os.path.join(TOP, "tools", "mig")
SANITIZE = ["-fsanitize=fuzzer-no-link,address,undefined",
            "-fno-sanitize-recover=all"]
SECONDS = 60


def run(command, **options):
    """Run a command; its exit status and output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, text=True,
                          errors="replace", **options)
    return done.returncode, done.stdout


def must(command):
    """Run a command that has to succeed."""
    status, output = run(command)
    if status != 0:
        print("Bail out! %s: %s" % (command[0], output.strip()[-600:]))
        sys.exit(1)


def build(folder):
    """The fuzzer, from the tool's sources; its path."""
    must(["bison", "-d", "-o", os.path.join(folder, "parser.c"),
          os.path.join(MIG, "parser.y")])
    must(["flex", "-o", os.path.join(folder, "lexer.c"),
          os.path.join(MIG, "lexer.l")])
    write_table(os.path.join(folder, "known_types.c"))
    # cpp.c starts the preprocessor; the harness stands in for it.
    sources = [os.path.join(MIG, name) for name in sorted(os.listdir(MIG))
               if name.endswith(".c") and name != "cpp.c"]
    sources += [os.path.join(folder, name)
                for name in ("parser.c", "lexer.c", "known_types.c")]
    flags = ["-std=gnu17", "-g", "-O1", "-w", "-I" + MIG, "-I" + folder]
    objects = []
    for source in sources:
        defines = ["-Dmain=mig_main", "-Dexit=mig_exit", "-Dfopen=mig_fopen"]
        if os.path.basename(source) != "out.c":
            defines.append("-Dout_commit_all=mig_out_commit")
        objects.append(os.path.join(
            folder, os.path.basename(source)[:-2] + ".o"))
        must(["clang", *flags, *SANITIZE, *defines, "-c", source, "-o",
              objects[-1]])
    fuzzer = os.path.join(folder, "parser-fuzz")
    must(["clang", *flags, "-DEXTRA_OUTPUTS=" + extra_outputs(),
          "-fsanitize=fuzzer,address,undefined",
          "-fno-sanitize-recover=all",
          os.path.join(HERE, "fuzz", "parser_fuzz.c"), *objects, "-o",
          fuzzer])
    return fuzzer


def write_table(path):
    """The tree's typedefs, as the build lists them, and what imported headers
    contain (cpp.c): none and nothing here."""
    with open(path, "w", encoding="utf-8") as table:
        table.write('#include "emit_types.h"\n#include "mig.h"\n'
                    'const struct known_type known_types[] = {{0, 0, 0}};\n'
                    'char *cpp_scan(const struct options *opt,'
                    ' const char *source) { return 0; }\n')


def extra_outputs():
    """Outputs that main.c knows and the harness does not name."""
    with open(os.path.join(MIG, "main.c"), encoding="utf-8") as source:
        table = source.read().partition("outputs[] = {")[2]
    options = re.findall(r'\{"(-[a-z-]+)", OUT_', table.partition("};")[0])
    with open(os.path.join(HERE, "fuzz", "parser_fuzz.c"),
              encoding="utf-8") as source:
        named = source.read()
    return "".join('"%s", "x%s", ' % (word, word) for word in options
                   if '"%s"' % word not in named)


def write_corpus(folder):
    """Every interface, preprocessed where that works."""
    os.makedirs(folder, exist_ok=True)
    places = [os.path.join(HERE, "good"), os.path.join(HERE, "bad"),
              os.path.join(TOP, "ipc-defs")]
    count = 0
    for place in places:
        for at, _, names in sorted(os.walk(place)):
            for name in sorted(names):
                if not name.endswith(".defs"):
                    continue
                path = os.path.join(at, name)
                for define in ("KERNEL_SERVER", "KERNEL_USER", "PLAIN"):
                    write_input(folder, count, path, at, define)
                    count += 1
    return count


def write_input(folder, number, path, at, define):
    """One file of the corpus."""
    target = os.path.join(folder, "%03d" % number)
    status, _ = run(["gcc", "-E", "-std=c17", "-w", "-x", "c", "-D__MIG__=1",
                     "-D%s=1" % define, "-I" + at,
                     "-I" + os.path.join(TOP, "ipc-defs"),
                     "-I" + os.path.join(TOP, "ipc-defs", "mach"),
                     "-I" + os.path.join(TOP, "ipc-defs", "posix"),
                     "-o", target, path])
    if status != 0:
        shutil.copyfile(path, target)


def main():
    """Build, fuzz, report."""
    if shutil.which("clang") is None:
        print("1..0 # SKIP clang is not installed (./configure "
              "--install-deps installs it)")
        return 0
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    seed = sys.argv[2] if len(sys.argv) > 2 else "1"
    folder = os.path.join(os.path.abspath(os.environ.get("BUILD", ".")),
                          "out", "tests", "mig-fuzz")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    fuzzer = build(folder)
    corpus = os.path.join(folder, "corpus")
    count = write_corpus(corpus)
    status, output = run(
        [fuzzer, "-close_fd_mask=2", "-max_total_time=%d" % seconds,
         "-timeout=10", "-max_len=20000", "-rss_limit_mb=2048",
         "-seed=" + seed, "-print_final_stats=1",
         "-dict=" + os.path.join(HERE, "fuzz", "words.dict"),
         "-artifact_prefix=" + os.path.join(folder, ""), corpus],
        cwd=folder)
    done = re.search(r"number_of_executed_units: (\d+)", output)
    lines = output.splitlines()
    print("%sok 1 - the parser under libFuzzer for %d s: %d inputs, "
          "%s runs, seed %s"
          % ("not " if status else "", seconds, count,
             done.group(1) if done else "?", seed))
    if status:
        print("\n".join("# " + line for line in lines[-60:]))
    print("1..1")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
