# SPDX-License-Identifier: BSD-2-Clause
"""Options of the sub-commands, and what each of them calls.

Exit status of `run` and `shell`: the program's own (128+N when signal N ended
it), 124 on time-out, 125 when the system or this command failed, 2 for a
wrong command line.
"""

import argparse
import os
import re
import sys

from errors import EXIT_FAILURE, EXIT_USAGE, Failure


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message):
        self.exit(EXIT_USAGE, "%s: %s (see %s --help)\n"
                  % (self.prog, message, self.prog))


def positive(text):
    """An integer above zero."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value <= 0:
        raise argparse.ArgumentTypeError("%r is not a number above 0" % text)
    return value


def seconds(text):
    """A duration above zero."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError("%r is not a time in s" % text)
    return value


def environment_entry(text):
    """NAME=VALUE."""
    if "=" not in text[1:]:
        raise argparse.ArgumentTypeError("%r is not NAME=VALUE" % text)
    return text


def server_entry(text):
    """NAME=FILE[:SERVICE[,SERVICE...]]."""
    match = re.match(r"([A-Za-z0-9_-]{1,40})=([^:]+)(?::(.+))?$", text)
    services = (match.group(3) or match.group(1)).split(",") if match else []
    if not services or not all(re.match(r"[!-~]{1,63}$", service)
                               for service in services):
        raise argparse.ArgumentTypeError(
            "%r is not NAME=FILE[:SERVICE,...]" % text)
    return match.group(1), match.group(2), services


def add_machine_options(parser):
    """Options about the machine: common to run, shell and bench."""
    parser.add_argument("--layout", default="single", metavar="NAME",
                        help="single (one server task) or multi (a task for "
                        "each component) [single]")
    parser.add_argument("--ipc", choices=("mach", "l4"), default="mach",
                        help="how calls cross between tasks: Mach messages or "
                        "synchronous calls [mach]")
    parser.add_argument("--mem", type=positive, default=512, metavar="MIB",
                        help="memory of the machine [512]")
    parser.add_argument("--cpus", type=positive, default=1, metavar="N",
                        help="processors; this system uses 1")
    parser.add_argument("--accel", choices=("tcg", "icount", "kvm"),
                        default="tcg", help="tcg, icount (deterministic "
                        "instruction counter) or kvm [tcg]")
    parser.add_argument("--boot", choices=("direct", "grub"),
                        default="direct", help="qemu -kernel, or an ISO image "
                        "with GRUB [direct]")
    parser.add_argument("--timeout", type=seconds, metavar="S",
                        help="end the machine after S seconds, status 124")
    parser.add_argument("--append", default="", metavar="TEXT",
                        help="add TEXT to the kernel's command line")
    parser.add_argument("--keep-log", metavar="FILE",
                        help="write the kernel's log to FILE")
    parser.add_argument("--trace-ipc", action="store_const", const="-",
                        help="print every message by name, arguments and "
                        "rights, on standard error when the machine has "
                        "ended")
    parser.add_argument("--trace-ipc-to", dest="trace_ipc", metavar="FILE",
                        help="the same, to FILE")
    parser.add_argument("--gdb", action="store_true",
                        help="stop before the first instruction and wait for "
                        "gdb on port 1234 (see make gdb)")


def add_tree_options(parser):
    """Options about the files in the machine."""
    parser.add_argument("--root", action="append", default=[], metavar="DIR",
                        help="lay the tree DIR over the default root")
    parser.add_argument("--copy", action="append", default=[],
                        metavar="HOST[:GUEST]",
                        help="add one file [GUEST: /NAME]; its mode and time "
                        "are kept")
    parser.add_argument("--server", action="append", default=[],
                        type=server_entry, metavar="NAME=FILE[:SERVICE,...]",
                        help="start FILE, made by polymach-gcc, as a server; "
                        "programs may look its services up [:NAME]")
    parser.add_argument("--env", action="append", default=[],
                        type=environment_entry, metavar="NAME=VALUE",
                        help="set a variable of the program's environment")
    parser.add_argument("--cwd", default="/", metavar="DIR",
                        help="the program's current directory [/]")
    parser.add_argument("--strace-missing", action="store_true",
                        help="list the system calls that were not there")


def build_parser():
    """Return the parser for the whole command line."""
    parser = Parser(prog="polymach", description="Run programs on Polymach.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND",
                                     parser_class=Parser)

    run = commands.add_parser("run", help="run one program of the guest",
                              usage="polymach run [options] [--] PROGRAM "
                              "[ARG...]")
    add_machine_options(run)
    add_tree_options(run)
    run.add_argument("program", nargs=argparse.REMAINDER, metavar="PROGRAM")

    shell = commands.add_parser("shell", help="an interactive shell "
                                "(Ctrl-A X leaves)")
    add_machine_options(shell)
    add_tree_options(shell)

    bench = commands.add_parser("bench", help="run the benchmarks")
    bench.add_argument("--only", choices=("ipc", "posix", "floods", "size",
                                          "pager", "win32"),
                       help="one group of rows")
    bench.add_argument("--accel", choices=("icount", "tcg"),
                       help="instructions only, or wall time only [both]")
    bench.add_argument("--row", action="append", default=[], metavar="NAME",
                       help="this row only; may be given more than once")
    bench.add_argument("--no-peers", action="store_true",
                       help="measure this system only")
    bench.add_argument("--json", metavar="FILE", help="write the results")
    bench.add_argument("--check-budget", action="store_true",
                       help="fail when a row takes more than bench/budget.txt "
                       "allows (with --only ipc)")
    bench.add_argument("--write-budget", action="store_true",
                       help="make what was measured the budget")
    bench.add_argument("--trace-instructions", metavar="ROW",
                       help="show where an operation's instructions go")
    bench.add_argument("--mem", type=positive, default=512, metavar="MIB",
                       help="memory of the machines [512]")
    bench.add_argument("--timeout", type=seconds, default=300, metavar="S",
                       help="time limit of one machine [300]")

    report = commands.add_parser("report", help="measure and write a page of "
                                 "HTML with plots")
    report.add_argument("--output", default="report.html", metavar="FILE",
                        help="where to [report.html]")
    report.add_argument("--only", choices=("ipc",),
                        help="leave the Linux program out")
    report.add_argument("--no-peers", action="store_true",
                        help="measure this system only")
    report.add_argument("--json", metavar="FILE", help="keep the results")
    report.add_argument("--results", metavar="FILE",
                        help="measure nothing, take results that were kept")
    report.add_argument("--docs", action="store_true",
                        help="write the tables of docs/, too")
    report.add_argument("--timeout", type=seconds, default=300, metavar="S",
                        help="time limit of one machine [300]")

    iso = commands.add_parser("iso", help="write an image that GRUB boots")
    iso.add_argument("--output", required=True, metavar="FILE")
    iso.add_argument("--layout", default="single", metavar="NAME")
    return parser


def run_program(options):
    """polymach run"""
    import session
    program = options.program
    if program[:1] == ["--"]:
        program = program[1:]
    if not program:
        raise Failure("run: no PROGRAM given (see polymach run --help)",
                      EXIT_USAGE)
    if program[0].startswith("-"):
        raise Failure("run: unknown option %s (see polymach run --help)"
                      % program[0], EXIT_USAGE)
    return session.run(options, program)


def run_shell(options):
    """polymach shell"""
    import session
    if sys.stdin.isatty():
        return session.run(options, ["/bin/sh", "-i"])
    return session.run(options, ["/bin/sh"])


def run_bench(options):
    """polymach bench"""
    import bench
    return bench.run(options)


def run_report(options):
    """polymach report"""
    import report
    return report.run(options)


def run_iso(options):
    """polymach iso"""
    import image
    image.write_plain_iso(options.output, options.layout)
    return 0


def main(arguments):
    """Run the command line; return the exit status."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    actions = {"run": run_program, "shell": run_shell, "bench": run_bench,
               "report": run_report, "iso": run_iso}
    if options.command is None:
        parser.print_help()
        return EXIT_USAGE
    try:
        if getattr(options, "cpus", 1) != 1:
            raise Failure("--cpus: this system runs on one processor",
                          EXIT_USAGE)
        return actions[options.command](options)
    except Failure as failure:
        sys.stderr.write("polymach: %s\n" % failure)
        return failure.status
    except BrokenPipeError:
        # Whoever read our output is gone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return EXIT_FAILURE
    except OSError as error:
        sys.stderr.write("polymach: %s\n" % error)
        return EXIT_FAILURE
