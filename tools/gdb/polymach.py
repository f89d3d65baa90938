# SPDX-License-Identifier: BSD-2-Clause
"""gdb commands for Polymach.

    pm-program NAME    use the symbols of out/bin/NAME (servers are linked at
                       the same addresses, so one at a time)
    pm-kernel          use the kernel's symbols only
    pm-programs        list the names
"""

import os

import gdb

PROGRAMS = {os.path.basename(path): path
            for path in os.environ.get("POLYMACH_PROGRAMS", "").split()}


class UseProgram(gdb.Command):
    """pm-program NAME: add the symbols of a server or of bootstrap."""

    def __init__(self):
        super().__init__("pm-program", gdb.COMMAND_FILES)
        self.current = None

    def complete(self, _text, word):
        """Names for the Tab key."""
        return [name for name in sorted(PROGRAMS) if name.startswith(word)]

    def invoke(self, argument, _from_tty):
        """The command."""
        if argument not in PROGRAMS:
            raise gdb.GdbError("no program %s; pm-programs lists them"
                               % argument)
        if self.current:
            gdb.execute("remove-symbol-file " + self.current, to_string=True)
        self.current = None
        gdb.execute("add-symbol-file " + PROGRAMS[argument], to_string=True)
        print("symbols of %s added" % argument)


class ListPrograms(gdb.Command):
    """pm-programs: names for pm-program."""

    def __init__(self):
        super().__init__("pm-programs", gdb.COMMAND_FILES)

    def invoke(self, _argument, _from_tty):
        """The command."""
        print("\n".join(sorted(PROGRAMS)))


class UseKernel(gdb.Command):
    """pm-kernel: the kernel's symbols only."""

    def __init__(self):
        super().__init__("pm-kernel", gdb.COMMAND_FILES)

    def invoke(self, _argument, _from_tty):
        """The command."""
        gdb.execute("symbol-file " + gdb.current_progspace().filename)


UseProgram()
ListPrograms()
UseKernel()
print("Polymach: pm-programs, pm-program NAME, pm-kernel; "
      "`hbreak FUNCTION' and `continue' to go on")
