#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Change a folder's C files, one place at a time, and see whether a test
program notices.

    mutants.py --root DIR --mutate FOLDER --copy DIR... --work DIR
               --survivors FILE
               {--program NAME --sources FILES --cflags FLAGS
                [--run ARGUMENTS]...}...

Programs are tried in their order, first all of them quickly, then all of them
under the sanitizers.

What is run: some mutants of every function, always the same ones as long as
the function is.  A subset: --file WORD, --function WORD, --operator WORD,
--mutant PIECE-OF-ITS-NAME, --sample N, --again LOG; more: --all.  --list and
--diff show mutants and run none.

The last line is "N mutants, K killed, S survived (A argued)".  The exit status
is 1 when less than the target died, when a survivor is not argued in FILE,
when FILE names a mutant that dies or is none, and when a function has none.
"""

import argparse
import concurrent.futures
import difflib
import os
import queue
import shlex
import sys
import threading
import time

import builder
import mutate
import survivors

TARGET = 95.0


class ProgramOption(argparse.Action):
    """--program begins one, the other options are of the last one begun."""

    def __call__(self, parser, namespace, values, option_string=None):
        if self.dest == "program":
            namespace.program = (namespace.program or []) + [
                builder.Program(values)]
        elif not namespace.program:
            parser.error("%s before --program" % option_string)
        elif self.dest == "sources":
            namespace.program[-1].sources += values.split()
        elif self.dest == "cflags":
            namespace.program[-1].flags += shlex.split(values)
        else:
            namespace.program[-1].runs.append(shlex.split(values))


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser()
    for option in ("root", "mutate", "work", "survivors"):
        parser.add_argument("--" + option, required=True)
    for option in ("program", "sources", "cflags", "run"):
        parser.add_argument("--" + option, action=ProgramOption,
                            required=option != "run")
    parser.add_argument("--copy", action="append", default=[])
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--target", type=float, default=TARGET)
    for option in ("file", "function", "operator", "mutant"):
        parser.add_argument("--" + option, action="append", default=[])
    parser.add_argument("--sample", type=int)
    parser.add_argument("--again", help="what an earlier run printed: the "
                        "mutants that it names")
    for option in ("all", "list", "diff", "verbose"):
        parser.add_argument("--" + option, action="store_true")
    return parser.parse_args()


class Campaign:
    """A run of the mutants of a folder."""

    def __init__(self, options):
        self.options = options
        self.functions = mutate.of_folder(options.root, options.mutate)
        self.names = {m.name for some in self.functions.values() for m in some}
        self.argued = survivors.read(options.survivors)
        self.again = self.named_in(options.again) if options.again else None
        self.results = []
        self.empty = []
        self.lock = threading.Lock()
        self.start = time.monotonic()

    def named_in(self, log):
        """The mutants that survived, as an earlier run printed them."""
        with open(log, encoding="utf-8") as stream:
            lines = [line.strip() for line in stream]
        return {line for line in lines if line in self.names}

    def is_subset(self):
        """Whether only some mutants are asked for."""
        o = self.options
        return bool(o.file or o.function or o.operator or o.mutant or
                    o.sample or o.again)

    def wanted(self, mutant):
        """Whether a mutant is asked for."""
        o = self.options
        return all((
            self.again is None or mutant.name in self.again,
            not o.file or any(w in mutant.path for w in o.file),
            not o.function or mutant.function in o.function,
            not o.operator or mutant.operator in o.operator,
            not o.mutant or any(w in mutant.name for w in o.mutant)))

    def chosen(self):
        """[(function, its mutants in order, how many of them count)]."""
        picked = []
        for (_, function), some in self.functions.items():
            ordered = [m for m in mutate.in_order(some) if self.wanted(m)]
            count = mutate.quota(some)
            if self.options.all or self.options.mutant or \
                    self.options.operator or self.options.again:
                count = len(ordered)
            if ordered:
                picked.append((function, ordered, count))
        if self.options.sample:
            flat = sorted((m for _, ordered, count in picked
                           for m in ordered[:count]), key=mutate.Mutant.rank)
            picked = [(m.function, [m], 1)
                      for m in flat[:self.options.sample]]
        return picked

    def note(self, mutant, status, how):
        """Keep a result and say what matters of it."""
        with self.lock:
            self.results.append((mutant, status, how))
            real = sum(r[1] in ("killed", "survived") for r in self.results)
            if status == "survived" or how and status == "broken" or \
                    self.options.verbose or \
                    self.options.mutant:
                known = ", argued" if self.argued.get(mutant.name) else ""
                print("%-8s %s%s\n         %s%s" % (
                    status, mutant.place, known, mutant.name,
                    "\n         " + how if how else ""))
            if real % 50 == 0 and status in ("killed", "survived"):
                print("# %d mutants, %.0f s"
                      % (real, time.monotonic() - self.start))
            sys.stdout.flush()

    def function_job(self, setup, places, ordered, count):
        """Try a function's mutants until enough of them count."""
        place = places.get()
        try:
            seen = set()
            done = 0
            for mutant in ordered:
                if done >= count:
                    break
                status, how = place.try_mutant(mutant, seen)
                self.note(mutant, status, how)
                done += status in ("killed", "survived")
            if done == 0:
                with self.lock:
                    self.empty.append("%s %s" % (ordered[0].path,
                                                 ordered[0].function))
        finally:
            places.put(place)

    def run(self):
        """Run what was chosen."""
        setup = builder.Setup(self.options)
        places = queue.Queue()
        for number in range(self.options.jobs):
            places.put(builder.Workplace(setup, number))
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            setup.build(pool)
            print("# built in %.0f s" % (time.monotonic() - self.start))
            jobs = [pool.submit(self.function_job, setup, places, ordered,
                                count)
                    for _, ordered, count in self.chosen()]
            for job in jobs:
                job.result()

    def table(self):
        """Figures by operator."""
        rows = {}
        for mutant, status, _ in self.results:
            row = rows.setdefault(mutant.operator, [0, 0, 0])
            row[0] += status in ("killed", "survived")
            row[1] += status == "killed"
            row[2] += status == "survived" and \
                bool(self.argued.get(mutant.name))
        print("%-16s %8s %8s %8s" % ("operator", "mutants", "killed",
                                     "argued"))
        for operator, row in sorted(rows.items()):
            print("%-16s %8d %8d %8d" % (operator, *row))

    def judge(self):
        """Print the figures; the exit status."""
        killed = [r[0] for r in self.results if r[1] == "killed"]
        alive = [r[0] for r in self.results if r[1] == "survived"]
        argued = [m for m in alive if self.argued.get(m.name)]
        wrong = ["not argued: %s" % m.name for m in alive if m not in argued]
        wrong += ["argued, but it died: %s" % m.name for m in killed
                  if m.name in self.argued]
        wrong += ["argued, but there is no such mutant: %s" % name
                  for name in self.argued if name not in self.names]
        wrong += ["no reason given: %s" % name
                  for name, reason in self.argued.items() if not reason]
        total = len(killed) + len(alive)
        share = 100.0 * len(killed) / total if total else 100.0
        if not self.is_subset():
            wrong += ["no mutant: %s" % name for name in self.empty]
            if share < self.options.target:
                wrong.append("%.1f %% died, %.1f %% must"
                             % (share, self.options.target))
        self.table()
        print("\n".join(sorted(wrong)))
        print("%d functions, %.1f %% died, %d others compiled to the same "
              "code, %d not at all, %.0f s"
              % (len({(r[0].path, r[0].function) for r in self.results}),
                 share, sum(r[1] == "same" for r in self.results),
                 sum(r[1] == "broken" for r in self.results),
                 time.monotonic() - self.start))
        print("%d mutants, %d killed, %d survived (%d argued)"
              % (total, len(killed), len(alive), len(argued)))
        return 1 if wrong else 0

    def show(self):
        """Names or differences of what was chosen."""
        for _, ordered, count in self.chosen():
            for mutant in ordered[:count]:
                print("%s  %s" % (mutant.place, mutant.name))
                if self.options.diff:
                    self.show_difference(mutant)

    def show_difference(self, mutant):
        """What a mutant changes."""
        with open(os.path.join(self.options.root, mutant.path),
                  encoding="utf-8") as stream:
            text = stream.read()
        sys.stdout.writelines(difflib.unified_diff(
            text.splitlines(True), mutant.apply(text).splitlines(True),
            mutant.path, mutant.path, n=2))


def main():
    """Do what was asked for."""
    options = arguments()
    campaign = Campaign(options)
    if options.list or options.diff:
        campaign.show()
        return 0
    os.nice(5)
    try:
        campaign.run()
    except builder.BuildError as error:
        print(error)
        return 2
    return campaign.judge()


if __name__ == "__main__":
    sys.exit(main())
