# SPDX-License-Identifier: BSD-2-Clause
"""The list of argued survivors.

    FILE FUNCTION OPERATOR ORDINAL PIECE
        why no test can tell it from the original, on indented lines
"""


def read(path):
    """{name: argument}; an entry without an argument has "" for it."""
    entries, name = {}, None
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if not line.startswith((" ", "\t")):
                name = line
                if name in entries:
                    raise ValueError("%s is there twice" % name)
                entries[name] = ""
            elif name is not None:
                entries[name] = (entries[name] + " " + line.strip()).strip()
    return entries
