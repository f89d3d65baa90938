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


class Program:
    """A test program: its sources, flags, and the command lines it is run
    with."""

    def __init__(self, name):
        self.name = name
        self.sources = []
        self.flags = []
        self.runs = []


class Setup:
    """What is built, from what, and what is run."""

    def __init__(self, options):
        self.work = os.path.abspath(options.work)
        self.root = os.path.join(self.work, "source")
        self.compiler = shlex.split(options.cc)
        self.programs = options.program
        shutil.rmtree(self.root, ignore_errors=True)
        for folder in options.copy:
            shutil.copytree(os.path.join(options.root, folder),
                            os.path.join(self.root, folder))
        root = os.path.abspath(options.root)
        for program in self.programs:
            # What is not copied stays: the build may lie below the root.
            copied = [os.path.normpath(os.path.join(root, folder))
                      for folder in options.copy]
            program.flags = [
                flag.replace(root, self.root)
                if any(folder in flag for folder in copied) else flag
                for flag in program.flags]
            program.runs = program.runs or [[]]
        self.limits = {}

    def object(self, kind, program, source, base=None):
        """The path of an object; generated sources have absolute names."""
        return os.path.join(base or self.work, kind, program.name,
                            os.path.splitext(source.lstrip("/"))[0] + ".o")

    def compile(self, kind, program, source, shadow=None):
        """Compile a source file, changed when the shadow folder has it or a
        header of it.  Returns (path, what the compiler did)."""
        target = self.object(kind, program, source,
                             shadow and os.path.dirname(shadow))
        path = os.path.join(self.root, source)
        before = []
        if shadow is not None:
            changed = os.path.join(shadow, source)
            # Headers are found by any of the -I folders.
            before = [flag.replace(self.root, shadow)
                      for flag in program.flags
                      if flag.startswith("-I" + self.root)]
            path = changed if os.path.exists(changed) else path
        os.makedirs(os.path.dirname(target), exist_ok=True)
        command = self.compiler + before + program.flags + [
            "-g0", "-O1", "-w", "-MMD", *KINDS[kind],
            "-ffile-prefix-map=%s/=" % (shadow or self.root),
            "-ffile-prefix-map=%s/=" % self.root, "-c", "-o", target, path]
        if shadow is None and self.is_current(target, command):
            return target, subprocess.CompletedProcess(command, 0)
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            check=False)
        if shadow is None and done.returncode == 0:
            with open(target[:-2] + ".cmd", "w", encoding="utf-8") as stream:
                stream.write(shlex.join(command))
        return target, done

    def is_current(self, target, command):
        """Whether an earlier run left this very object.  The copies of
        sources are as old as these."""
        try:
            with open(target[:-2] + ".cmd", encoding="utf-8") as stream:
                if stream.read() != shlex.join(command):
                    return False
            made = os.path.getmtime(target)
            return all(os.path.getmtime(path) < made
                       for path in self.read_from(target))
        except OSError:
            return False

    @staticmethod
    def read_from(target):
        """The files that an object was made from."""
        with open(target[:-2] + ".d", encoding="utf-8") as stream:
            return stream.read().replace("\\\n", " ").split()[1:]

    def link(self, kind, objects, target):
        """Link a program; once more when that fails, as for memory."""
        command = [*self.compiler, *KINDS[kind], "-o", target, *objects]
        for _ in range(2):
            done = subprocess.run(command, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, check=False)
            if done.returncode == 0:
                return
        raise BuildError(done.stderr.decode(errors="replace")[:1000])

    def run(self, kind, path, arguments, seconds):
        """Run a program; None when it passed, or how it failed."""
        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
            if kind == "quick":
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        with open(path + ".log", "wb") as log:
            try:
                status = subprocess.run(
                    [path, *arguments], stdin=subprocess.DEVNULL,
                    stdout=log, stderr=subprocess.STDOUT, timeout=seconds,
                    check=False, preexec_fn=limit).returncode
            except subprocess.TimeoutExpired:
                return "no end"
        return None if status == 0 else self.last_words(path + ".log",
                                                        status)

    @staticmethod
    def last_words(log, status):
        """What a program that failed said last."""
        with open(log, "rb") as stream:
            stream.seek(max(0, os.path.getsize(log) - 4000))
            lines = stream.read().decode(errors="replace").split("\n")
        wanted = [line.strip() for line in lines
                  if "assertion" in line or "ERROR:" in line or
                  "runtime error" in line or ": got " in line] or \
            [line for line in lines if line.strip()]
        return "%s (status %d)" % (wanted[-1][:100] if wanted else "", status)

    def dependents(self, program, path, wide):
        """The sources of a program that a change of a file touches.  Those of
        a header are in its own folder only, unless wide is set: tests may go
        on with the unchanged inline functions."""
        if not path.endswith(".h"):
            return [path]
        found = []
        for source in program.sources:
            made = self.object("quick", program, source)
            if os.path.join(self.root, path) in self.read_from(made):
                found.append(source)
        folder = os.path.dirname(path) + "/"
        return [s for s in found if wide or s.startswith(folder)]

    def build(self, pool):
        """Build the unchanged programs, see that they pass, and take their
        times."""
        jobs = [(source, pool.submit(self.compile, kind, program, source))
                for kind in KINDS for program in self.programs
                for source in program.sources]
        for source, job in jobs:
            _, done = job.result()
            if done.returncode != 0:
                raise BuildError("%s: %s" % (
                    source, done.stderr.decode(errors="replace")))
        for kind in KINDS:
            for program in self.programs:
                path = os.path.join(self.work, kind, program.name, "program")
                self.link(kind, [self.object(kind, program, s)
                                 for s in program.sources], path)
                for number, arguments in enumerate(program.runs):
                    start = time.monotonic()
                    failure = self.run(kind, path, arguments, 600)
                    if failure is not None:
                        raise BuildError("unchanged, %s: %s" % (kind,
                                                                failure))
                    self.limits[kind, program.name, number] = 10.0 + 10.0 * (
                        time.monotonic() - start)


class Workplace:
    """Where one job tries mutants."""

    def __init__(self, setup, number):
        self.setup = setup
        self.place = os.path.join(setup.work, "job-%d" % number)
        self.shadow = os.path.join(self.place, "source")

    def objects(self, kind, program, path, wide):
        """Compile what a change touches; the objects, None: an error."""
        made = {}
        for source in self.setup.dependents(program, path, wide):
            made[source], done = self.setup.compile(kind, program, source,
                                                    self.shadow)
            if done.returncode != 0:
                return None
        return made

    def attempt(self, kind, program, made):
        """Link and run everything; how it failed, or None."""
        setup = self.setup
        path = os.path.join(self.place, "program")
        setup.link(kind, [made.get(s) or setup.object(kind, program, s)
                          for s in program.sources], path)
        for number, arguments in enumerate(program.runs):
            failure = setup.run(kind, path, arguments,
                                setup.limits[kind, program.name, number])
            if failure is not None:
                return "%s %s: %s" % (kind, " ".join([program.name,
                                                      *arguments]), failure)
        return None

    def code(self, program, made):
        """The objects' bytes, and whether they differ from the unchanged."""
        code, differs = [], False
        for source, path in sorted(made.items()):
            with open(path, "rb") as stream:
                code.append(stream.read())
            with open(self.setup.object("quick", program, source),
                      "rb") as stream:
                differs |= code[-1] != stream.read()
        return hash(b"".join(code)), differs

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
        first = self.setup.programs[0]
        wide = False
        made = self.objects("quick", first, mutant.path, wide)
        if made is not None and not self.code(first, made)[1] and \
                mutant.path.endswith(".h"):
            wide = True
            made = self.objects("quick", first, mutant.path, wide)
        if made is None:
            return "broken", ""
        code, differs = self.code(first, made)
        if not differs or code in seen:
            return "same", ""
        seen.add(code)
        for kind in KINDS:
            for program in self.setup.programs:
                if program is not first or kind != "quick":
                    made = self.objects(kind, program, mutant.path, wide)
                if made is None:
                    return "broken", ""
                try:
                    failure = self.attempt(kind, program, made)
                except BuildError as error:
                    return "broken", "%s %s: %s" % (kind, program.name, error)
                if failure is not None:
                    return "killed", failure
        return "survived", ""
