# SPDX-License-Identifier: BSD-2-Clause
"""Check a linked emulator: position-independent, no relocation, no writable
segment, no interpreter.

    emulator_elf.py FILE
"""

import struct
import sys

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
PF_WRITE = 2
DT_RELASZ, DT_RELSZ, DT_RELRSZ, DT_NEEDED = 8, 18, 35, 1
ET_DYN = 3


def problems(data):
    """Yield what is wrong with an ELF file."""
    if data[:6] != b"\x7fELF\x02\x01":
        yield "not a 64-bit ELF file"
        return
    kind, = struct.unpack_from("<H", data, 16)
    if kind != ET_DYN:
        yield "not position-independent"
    table, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for index in range(count):
        p_type, flags, offset, _, _, filesz, _, _ = struct.unpack_from(
            "<IIQQQQQQ", data, table + index * size)
        if p_type == PT_LOAD and flags & PF_WRITE:
            yield "segment %d is writable" % index
        elif p_type == PT_INTERP:
            yield "it wants an interpreter"
        elif p_type == PT_DYNAMIC:
            for at in range(offset, offset + filesz, 16):
                tag, value = struct.unpack_from("<qQ", data, at)
                if tag in (DT_RELASZ, DT_RELSZ, DT_RELRSZ) and value:
                    yield "%d bytes of relocations" % value
                elif tag == DT_NEEDED:
                    yield "it needs a shared library"


def main():
    """Exit with 1 when something is wrong."""
    with open(sys.argv[1], "rb") as stream:
        found = list(problems(stream.read()))
    for text in found:
        sys.stderr.write("%s: %s\n" % (sys.argv[1], text))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
