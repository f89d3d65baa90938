#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 600
# long
"""The generator over interface files that others wrote: prints TAP.

    mig_world.py [MIG [FOLDER...]]      (or BUILD=the build folder)

Every interface of Debian's sources of GNU Mach, the Hurd, Heimdal, Kerberos
and MIG's own tests (world_sources.py) is generated as its makefiles would,
preprocessed and not, and everything is compiled with both compilers as C11 and
as C++17, without a warning and without a header of theirs.  Message ids are
counted again from the text.  FOLDERs: sources that are there already.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

import dialects
import tap
import world_sources

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
OUTPUTS = ["-user", "x_user.c", "-header", "x.h", "-server", "x_server.c",
           "-sheader", "x_server.h", "-iheader", "x_i.h", "-dheader", "x_d.h",
           "-emit-types", "x_types.h", "-ir", "x.json"]
VARIANTS = [[], ["-DKERNEL_SERVER=1", "-DKERNEL=1"], ["-DKERNEL_USER=1"],
            ["-DSEQNOS=1", "-DHURD_SERVER=1", "-DREPLY_PORTS=1",
             "-DSERVERCOPY=1", "-DHAVE_MIG_RETCODE=1"],
            ["-DUSERPREFIX=u_", "-DSERVERPREFIX=S_", "-DHURD_SERVER=1",
             "-DHURD_DEFAULT_PAYLOAD_TO_PORT=1",
             "-DFILE_INTRAN=node_t node_of(file_t)",
             "-DFILE_INTRAN_PAYLOAD=node_t node_of_payload",
             "-DFILE_DESTRUCTOR=node_done(node_t)"]]
# Inputs of MIG's own tests that must be refused.
REFUSED = re.compile(r"/tests/bad/")


class Counts:
    """What was done."""

    def __init__(self):
        self.files = self.runs = self.compiles = self.routines = 0

    def add(self, other):
        """Adds another's."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def plain(path):
    """A file's text without comments."""
    with open(path, encoding="utf-8", errors="replace") as f:
        return re.sub(r"/\*.*?\*/|//[^\n]*", " ", f.read(), flags=re.S)


def interfaces(folder):
    """The interface files of a source tree."""
    for here, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(here, name)
            if name.endswith(".defs") and \
                    re.search(r"^\s*subsystem\b", plain(path), re.M | re.I):
                yield path


def includes(folders, links):
    """-I words: the trees, their include folders, and the machine's."""
    found = []
    for folder in folders:
        found += [folder, os.path.join(folder, "include"),
                  os.path.join(folder, "i386", "include")]
        machine = os.path.join(folder, "i386", "include", "mach", "i386")
        if os.path.isdir(machine):
            os.makedirs(os.path.join(links, "mach"), exist_ok=True)
            os.symlink(machine, os.path.join(links, "mach", "machine"))
    has_own = any(os.path.exists(os.path.join(f, "mach", "std_types.defs"))
                  for f in found)
    found += [links] + ([] if has_own else [os.path.join(HERE, "world")])
    return [word for f in found for word in ("-I", f)]


def ids_of(text):
    """Message ids by name, counted from preprocessed text."""
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    base = re.search(r"\bsubsystem\s+(?:kernel\w+\s+)*\w+\s+(\d+)\s*;", text,
                     re.I)
    ids, at = {}, int(base.group(1)) if base else 0
    for match in re.finditer(r"\b(?:(skip)\s*(\d*)\s*;|(?:simple)?routine\s+"
                             r"(\w+)\s*\()", text, re.I):
        if match.group(1):
            at += int(match.group(2) or 1)
        else:
            ids[match.group(3)] = at
            at += 1
    return ids


def compile_all(folder, counts):
    """Every compiler over what was generated: what they said."""
    for compiler in dialects.COMPILERS:
        counts.compiles += 1
        status, said = dialects.run(compiler + dialects.FLAGS +
                                    ["x_user.c", "x_server.c"], folder)
        if status != 0:
            return "%s: %s" % (" ".join(compiler), said)
    return ""


def one_run(mig, words, source, ids, seen, counts):
    """One generation, compiled when its text is new: what is wrong."""
    with tempfile.TemporaryDirectory() as out:
        counts.runs += 1
        status, said = dialects.run([mig] + words + OUTPUTS + [source], out)
        if status != 0:
            return said or "status %d" % status
        with open(os.path.join(out, "x.json"), encoding="utf-8") as f:
            made = {r["name"]: r["request"]["id"]
                    for r in json.load(f)["routines"]}
        if made != ids:
            return "ids: %r, wanted %r" % (made, ids)
        digest = hashlib.sha256()
        for name in ("x_user.c", "x_server.c", "x.h", "x_types.h"):
            with open(os.path.join(out, name), "rb") as f:
                digest.update(f.read())
        if digest.digest() in seen:
            return ""
        seen.add(digest.digest())
        return compile_all(out, counts)


def one_file(mig, path, words):
    """Every variant of a file: (what is wrong, counts)."""
    counts = Counts()
    counts.files = 1
    seen = set()
    folder = os.path.dirname(path)
    words = words + ["-I", folder, "-I", os.path.dirname(folder)]
    if REFUSED.search(path):
        with tempfile.TemporaryDirectory() as out:
            counts.runs += 1
            status, said = dialects.run([mig] + words + OUTPUTS + [path], out)
            good = status == 1 and re.search(r":\d+:\d+: error: ", said) and \
                not os.listdir(out)
        return "" if good else "is not refused: " + said, counts
    for variant in VARIANTS:
        done = subprocess.run(
            ["gcc", "-E", "-w", "-x", "c", "-std=c17"] + words + variant +
            [path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False, errors="replace", timeout=60)
        if done.returncode != 0:
            return "%s: the preprocessor: %s" % (" ".join(variant),
                                                 done.stderr[:300]), counts
        ids = ids_of(done.stdout)
        counts.routines += len(ids)
        with tempfile.TemporaryDirectory() as folder:
            ready = os.path.join(folder, os.path.basename(path))
            with open(ready, "w", encoding="utf-8") as f:
                f.write(done.stdout)
            wrong = one_run(mig, words + variant, path, ids, seen, counts) or \
                one_run(mig, [], ready, ids, seen, counts)
        if wrong:
            return "%s: %s" % (" ".join(variant), wrong[:1500]), counts
    return "", counts


def one_package(mig, package, folder, words):
    """Every interface of a source tree."""
    total = Counts()
    paths = list(interfaces(folder))
    tap.check(paths, "%s has interfaces" % package)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(one_file, mig, p, words) for p in paths]
        for path, job in zip(paths, jobs):
            wrong, counts = job.result()
            total.add(counts)
            tap.check(not wrong, "%s: %s" % (
                package, os.path.relpath(path, folder)), wrong)
    print("# %s: %d files, %d routines in %d variants, %d runs, "
          "%d compilations" % (package, total.files, total.routines,
                               len(VARIANTS), total.runs, total.compiles))
    return total


def main():
    """Fetches and runs everything."""
    mig = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else \
        os.path.join(os.environ["BUILD"], "out", "tools", "mig", "mig")
    total = Counts()
    with tempfile.TemporaryDirectory() as folder:
        links = os.path.join(folder, "links")
        os.mkdir(links)
        here = [(os.path.basename(os.path.abspath(f)), "given",
                 os.path.abspath(f)) for f in sys.argv[2:]]
        have = []
        for package, version, where in here or world_sources.fetch(folder):
            if version is None:
                tap.skip(package, "the mirror does not give its sources: %s"
                         % where)
            elif package == "hurd" and not any(p == "gnumach"
                                               for p, _, _ in have):
                tap.skip(package, "it needs gnumach's interfaces")
            else:
                print("# %s %s" % (package, version))
                have.append((package, version, where))
        if not have:
            tap.skip("the world's interfaces", "none could be fetched")
        system = [w for p, _, w in have if p in ("gnumach", "hurd")]
        with_system = includes(system, links)
        alone = includes([], os.path.join(folder, "none"))
        for package, _, where in have:
            words = with_system if where in system else \
                ["-I", where] + alone
            total.add(one_package(mig, package, where, words))
    print("# in all %d files, %d runs, %d compilations" %
          (total.files, total.runs, total.compiles))
    tap.done()


if __name__ == "__main__":
    main()
