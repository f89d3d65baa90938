# SPDX-License-Identifier: BSD-2-Clause
"""Builds a test program with one file changed, and runs it.

Sources are copied first, so that a run sees one state of the tree.  There are
two builds: a quick one, whose objects also tell whether a mutant is another
program at all, and one under the sanitizers for what survives it.
"""

import os
import resource
import shlex
import shutil
import subprocess
import time

SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
KINDS = {"quick": [], "checked": SANITIZERS}
MEMORY = 2 << 30
OUTPUT = 64 << 20


class BuildError(Exception):
    """The unchanged program does not build or does not pass."""


class Setup:
    """What is built, from what, and what is run."""

    def __init__(self, options):
        self.work = os.path.abspath(options.work)
        self.root = os.path.join(self.work, "source")
        self.compiler = shlex.split(options.cc)
        self.sources = options.sources.split()
        self.runs = [shlex.split(run) for run in options.run or [""]]
        shutil.rmtree(self.work, ignore_errors=True)
        for folder in options.copy:
            shutil.copytree(os.path.join(options.root, folder),
                            os.path.join(self.root, folder))
        root = os.path.abspath(options.root)
        self.flags = [flag.replace(root, self.root)
                      for flag in shlex.split(options.cflags)]
        self.limits = {}

    def object(self, kind, source, base=None):
        """The path of an object."""
        return os.path.join(base or self.work, kind,
                            os.path.splitext(source)[0] + ".o")

    def compile(self, kind, source, target, shadow=None):
        """Compile a source file; whether it compiled.  A shadow folder holds
        changed files."""
        path = os.path.join(self.root, source)
        before = []
        if shadow is not None:
            changed = os.path.join(shadow, source)
            # Headers are found by any of the -I folders.
            before = [flag.replace(self.root, shadow) for flag in self.flags
                      if flag.startswith("-I" + self.root)]
            path = changed if os.path.exists(changed) else path
        os.makedirs(os.path.dirname(target), exist_ok=True)
        command = self.compiler + before + self.flags + [
            "-g0", "-O1", "-w", "-MMD", *KINDS[kind],
            "-ffile-prefix-map=%s/=" % (shadow or self.root),
            "-ffile-prefix-map=%s/=" % self.root, "-c", "-o", target, path]
        return subprocess.run(command, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False)

    def link(self, kind, objects, target):
        """Link a program."""
        subprocess.run([*self.compiler, *KINDS[kind], "-o", target, *objects],
                       check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def run(self, kind, program, arguments, seconds):
        """Run a program; None when it passed, or how it failed."""
        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
            if kind == "quick":
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        with open(program + ".log", "wb") as log:
            try:
                status = subprocess.run(
                    [program, *arguments], stdin=subprocess.DEVNULL,
                    stdout=log, stderr=subprocess.STDOUT, timeout=seconds,
                    check=False, preexec_fn=limit).returncode
            except subprocess.TimeoutExpired:
                return "no end"
        return None if status == 0 else self.last_words(program + ".log",
                                                        status)

    @staticmethod
    def last_words(log, status):
        """What a program that failed said last."""
        with open(log, "rb") as stream:
            stream.seek(max(0, os.path.getsize(log) - 4000))
            lines = stream.read().decode(errors="replace").split("\n")
        wanted = [line.strip() for line in lines
                  if "assertion" in line or "ERROR:" in line or
                  "runtime error" in line or "failed" in line] or \
            [line for line in lines if line.strip()]
        return "%s (status %d)" % (wanted[-1][:100] if wanted else "", status)

    def dependents(self, header):
        """The sources that include a header."""
        found = []
        for source in self.sources:
            path = self.object("quick", source)[:-2] + ".d"
            with open(path, encoding="utf-8") as stream:
                if os.path.join(self.root, header) in stream.read().split():
                    found.append(source)
        return found

    def build(self, pool):
        """Build the unchanged programs, see that they pass, and take their
        times."""
        jobs = [(kind, source, pool.submit(self.compile, kind, source,
                                           self.object(kind, source)))
                for kind in KINDS for source in self.sources]
        for kind, source, job in jobs:
            if job.result().returncode != 0:
                raise BuildError("%s: %s" % (
                    source, job.result().stderr.decode(errors="replace")))
        for kind in KINDS:
            program = os.path.join(self.work, kind, "program")
            self.link(kind, [self.object(kind, s) for s in self.sources],
                      program)
            for number, arguments in enumerate(self.runs):
                start = time.monotonic()
                failure = self.run(kind, program, arguments, 600)
                if failure is not None:
                    raise BuildError("unchanged, %s: %s" % (kind, failure))
                self.limits[kind, number] = 4.0 + 8.0 * (
                    time.monotonic() - start)


class Workplace:
    """Where one job tries mutants."""

    def __init__(self, setup, number):
        self.setup = setup
        self.place = os.path.join(setup.work, "job-%d" % number)
        self.shadow = os.path.join(self.place, "source")

    def objects(self, kind, sources):
        """Compile what a change touches; their paths, None: an error."""
        made = {}
        for source in sources:
            target = self.setup.object(kind, source, self.place)
            done = self.setup.compile(kind, source, target, self.shadow)
            if done.returncode != 0:
                return None
            made[source] = target
        return made

    def attempt(self, kind, made):
        """Link and run everything; how it failed, or None."""
        setup = self.setup
        program = os.path.join(self.place, kind + "-program")
        setup.link(kind, [made.get(s) or setup.object(kind, s)
                          for s in setup.sources], program)
        for number, arguments in enumerate(setup.runs):
            failure = setup.run(kind, program, arguments,
                                setup.limits[kind, number])
            if failure is not None:
                return "%s: %s" % (kind, failure)
        return None

    def code(self, made):
        """The objects' bytes, and whether they differ from the unchanged."""
        code, differs = [], False
        for source, path in sorted(made.items()):
            with open(path, "rb") as stream:
                code.append(stream.read())
            with open(self.setup.object("quick", source), "rb") as stream:
                differs |= code[-1] != stream.read()
        return b"".join(code), differs

    def try_mutant(self, mutant, seen):
        """("killed", how), ("survived", ""), ("broken", ""), ("same", "").
        seen: the code of the mutants tried before."""
        with open(os.path.join(self.setup.root, mutant.path),
                  encoding="utf-8") as stream:
            text = stream.read()
        shutil.rmtree(self.place, ignore_errors=True)
        changed = os.path.join(self.shadow, mutant.path)
        os.makedirs(os.path.dirname(changed))
        with open(changed, "w", encoding="utf-8") as stream:
            stream.write(mutant.apply(text))
        sources = [mutant.path] if mutant.path.endswith(".c") else \
            self.setup.dependents(mutant.path)
        made = self.objects("quick", sources)
        if made is None:
            return "broken", ""
        code, differs = self.code(made)
        if not differs or hash(code) in seen:
            return "same", ""
        seen.add(hash(code))
        failure = self.attempt("quick", made)
        if failure is None:
            made = self.objects("checked", sources)
            failure = self.attempt("checked", made)
        return ("survived", "") if failure is None else ("killed", failure)
