#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the kernel's symbol table, for the backtraces of a panic.

Reads `nm -n` of the kernel from standard input and writes assembly:

    ksyms_count      .quad  number of functions
    ksyms_addresses  .quad  their addresses, ascending
    ksyms_offsets    .long  where each one's name starts in ksyms_names
    ksyms_names      NUL-terminated names

--empty writes a table of no functions; --check TABLE compares the addresses
of a linked kernel with those that TABLE was made from.
"""

import sys


def read_functions(stream):
    """Return [(address, name)] of the text symbols of `nm -n` output."""
    functions = []
    for line in stream:
        fields = line.split()
        if len(fields) == 3 and fields[1] in "tTwW":
            if not fields[2].startswith((".L", "ksyms_")):
                functions.append((int(fields[0], 16), fields[2]))
    return functions


def emit(functions, out):
    """Write the table as assembly."""
    out.write('.section .rodata.ksyms, "a"\n.balign 8\n')
    out.write(".globl ksyms_count\nksyms_count: .quad %d\n" % len(functions))
    out.write(".globl ksyms_addresses\nksyms_addresses:\n")
    for address, _ in functions:
        out.write("    .quad 0x%x\n" % address)
    out.write(".globl ksyms_offsets\nksyms_offsets:\n")
    offset = 0
    for _, name in functions:
        out.write("    .long %d\n" % offset)
        offset += len(name) + 1
    out.write(".globl ksyms_names\nksyms_names:\n")
    for _, name in functions:
        out.write('    .asciz "%s"\n' % name)
    out.write('.section .note.GNU-stack, "", @progbits\n')


def check(functions, table):
    """Return whether the addresses in TABLE are those of the functions."""
    listed = []
    with open(table, encoding="ascii") as source:
        for line in source:
            if line.startswith("    .quad 0x"):
                listed.append(int(line.split()[1], 16))
    return listed == [address for address, _ in functions]


def main():
    if sys.argv[1:] == ["--empty"]:
        emit([], sys.stdout)
    elif len(sys.argv) == 3 and sys.argv[1] == "--check":
        if not check(read_functions(sys.stdin), sys.argv[2]):
            sys.exit("ksyms: functions moved between the two links: the "
                     "linker script must put .rodata behind .text")
    else:
        emit(read_functions(sys.stdin), sys.stdout)


if __name__ == "__main__":
    main()
