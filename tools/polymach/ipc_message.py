# SPDX-License-Identifier: BSD-2-Clause
"""The bytes of one message, read by a table of `mig -decoder`."""

import struct

HEADER = struct.Struct("<IIIIIi")
COMPLEX = 0x80000000
NDR_SIZE = 8
PORT, MEMORY, PORTS = 0, 1, 2
SHOWN_TEXT = 60
SHOWN_ELEMENTS = 8
INTEGERS = {1: "B", 2: "H", 4: "I", 8: "Q"}


def shorten(value):
    """Text in quotes, cut when it is long."""
    if len(value) > SHOWN_TEXT:
        return repr(value[:SHOWN_TEXT]) + "..."
    return repr(value)


class Message:
    """A message and the rights that it carries."""

    def __init__(self, data, rights, tasks):
        self.data = data
        self.rights = rights
        self.tasks = tasks
        self.at = HEADER.size
        (self.bits, self.size, self.remote, self.local, _,
         self.id) = HEADER.unpack_from(data)
        self.places = []        # (type, offset) of each descriptor
        if self.bits & COMPLEX and len(data) >= HEADER.size + 4:
            count, = struct.unpack_from("<I", data, self.at)
            self.at += 4
            for _ in range(count):
                if self.at + 12 > len(data):
                    break
                kind = data[self.at + 11]
                self.places.append((kind, self.at))
                self.at += 12 if kind == PORT else 16

    def word(self, at):
        """Four bytes at a place."""
        if at + 4 > len(self.data):
            return "?"
        return "0x%x" % struct.unpack_from("<I", self.data, at)[0]

    def descriptor(self, index):
        """What a descriptor says."""
        if index >= len(self.places):
            return "missing"
        kind, at = self.places[index]
        carried = [right for right in self.rights if right.index == index]
        if kind == PORT:
            return carried[0].show(self.tasks) if carried else "null"
        if at + 16 > len(self.data):
            return "cut"
        address, flags, size = struct.unpack_from("<QII", self.data, at)
        if kind == MEMORY:
            return "memory of %d bytes%s%s" % (
                size, " at 0x%x" % address if address else "",
                ", moved" if flags & 0xff else "")
        shown = [right.show(self.tasks) for right in carried[:SHOWN_ELEMENTS]]
        if len(carried) > SHOWN_ELEMENTS:
            shown.append("...")
        return "%d rights%s" % (size, " {%s}" % ", ".join(shown)
                                if shown else "")

    def descriptors(self):
        """All of them, of a message that no table knows."""
        return [self.descriptor(i) for i in range(len(self.places))]

    def return_code(self):
        """A reply's."""
        at = self.at + NDR_SIZE
        if at + 4 > len(self.data):
            return 0
        return struct.unpack_from("<i", self.data, at)[0]

    def arguments(self, members, reply):
        """Every argument as NAME=VALUE."""
        shown = []
        index = 0
        at = self.at + NDR_SIZE + (4 if reply else 0)
        elements = 0  # the last array's count; samecount uses it again
        for place, member in enumerate(members):
            kind = member["kind"]
            if kind in ("port", "memory", "ports"):
                for _ in range(member["repeat"]):
                    shown.append("%s=%s" % (member["name"],
                                            self.descriptor(index)))
                    index += 1
                continue
            at = (at + member["align"] - 1) // member["align"] \
                * member["align"]
            if kind == "count":
                count = self.integer(at, 4)
                following = members[place + 1]["kind"] \
                    if place + 1 < len(members) else ""
                if following == "elements":
                    elements = count or 0
                at += 4 * member["repeat"]
                continue
            size = member["size"]
            if kind == "elements":
                size = elements * member["unit"]
            shown.append("%s=%s" % (member["name"],
                                    self.value(member, at, size)))
            at += size
        return shown

    def integer(self, at, size, signed=False):
        """A number, or None when the record has been cut before it."""
        if at + size > len(self.data):
            return None
        return int.from_bytes(self.data[at:at + size], "little",
                              signed=signed)

    def value(self, member, at, size):
        """A value or an array of them."""
        if at + size > len(self.data):
            return "%d bytes (cut)" % size
        raw = self.data[at:at + size]
        if member["format"] == "text":
            return shorten(raw.split(b"\0")[0].decode(errors="replace"))
        if member["format"] == "bytes":
            return "%d bytes %s" % (size, shorten(raw)[1:]) if size else "''"
        unit = member["unit"]
        if unit not in INTEGERS:
            return "%d bytes %s" % (size, shorten(raw)[1:])
        if size == unit and member["kind"] == "value":
            return self.scalar(member, at)
        number = size // unit
        items = [self.scalar(member, at + i * unit)
                 for i in range(min(number, SHOWN_ELEMENTS))]
        if number > SHOWN_ELEMENTS:
            items.append("... %d" % number)
        return "{%s}" % ", ".join(items)

    def scalar(self, member, at):
        """One number in its format."""
        unit, form = member["unit"], member["format"]
        if form == "real":
            return "%g" % struct.unpack_from("<f" if unit == 4 else "<d",
                                             self.data, at)[0]
        number = self.integer(at, unit, form == "int")
        if form == "hex":
            return "0x%x" % number
        if form == "bool" and number in (0, 1):
            return "true" if number else "false"
        return "%d" % number
