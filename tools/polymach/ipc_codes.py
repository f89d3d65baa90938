# SPDX-License-Identifier: BSD-2-Clause
"""Names of return codes: the kernel's, MIG's, those of messages, POSIX's."""

import errno
import glob
import json
import os
import re

import places

POSIX = 0x00050000
HEADERS = ("kern_return.h", "message.h", "mig_errors.h")
PATTERN = re.compile(r"#define ((?:KERN|MIG|MACH_SEND|MACH_RCV)_[A-Z_]+) "
                     r"(-?(?:0x)?[0-9a-f]+)\b", re.I)
_names = {}


def read(folder):
    """Codes by number, from the headers of the contract."""
    found = {}
    for name_ in HEADERS:
        with open(os.path.join(folder, name_), encoding="utf-8") as header:
            for match in PATTERN.finditer(header.read()):
                word, number = match.group(1), int(match.group(2), 0)
                is_option = word.startswith("MACH_") and number >> 28 != 1
                if not is_option and word != "MIG_REPLY_DISTANCE":
                    found.setdefault(number, word)
    return found


def write(folder, path):
    """Keep them beside the tables (the headers aren't installed there)."""
    with open(path, "w", encoding="utf-8") as output:
        json.dump(read(folder), output, indent=0)
        output.write("\n")


def load():
    """The codes that the build has written."""
    for path in glob.glob(os.path.join(places.OUT, "decoders", "codes")):
        with open(path, encoding="utf-8") as stream:
            _names.update((int(k), v) for k, v in json.load(stream).items())
    _names.setdefault(0, "KERN_SUCCESS")


def name(code):
    """What a code is called."""
    if not _names:
        load()
    if code in _names:
        return _names[code]
    if code >> 16 == POSIX >> 16:
        number = code & 0xffff
        return "POSIX " + errno.errorcode.get(number, str(number))
    return "%d" % code if -1000 < code < 1000 else "0x%x" % (code &
                                                            0xffffffff)


if __name__ == "__main__":
    import sys
    write(sys.argv[1], sys.argv[2])
