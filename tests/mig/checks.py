#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 300
"""Every check that generated code makes, broken by a message: prints TAP.

    checks.py [-a] [MIG]     (or BUILD=the build folder in the environment)

The generator names each check where it emits it (tools/mig/emit_check.c).
From the JSON model honest messages are made, and changed in every place
(checks/driver.c): each check of each message of the interfaces must refuse
one, and each name that the generator has must be among them.  Which checks a
message must have is also said here (wanted).  -a: all interfaces of ipc-defs/
as well.
"""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile

import several
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = several.TOP
CHECK = re.compile(r"return (MIG_\w+); /\* check: ([\w-]+) \*/")
FUNCTION = re.compile(r"^__Check_(Request|Reply)__(\w+)\(", re.M)
COMPILE = ["gcc", "-std=gnu11", "-g", "-O0", "-fsanitize=address,undefined",
           "-fno-sanitize-recover=all", "-no-pie", "-Wl,--unresolved-symbols=ignore-all",
           "-I.", "-I" + os.path.join(TOP, "libmach", "include"),
           "-I" + os.path.join(HERE, "include"),
           "-I" + os.path.join(HERE, "runtime"),
           "-I" + HERE] + several.INCLUDES
GOOD_TYPES = ["-include", "good_types.h"]
# An interface, and words that its stubs are generated with.
INTERFACES = [("good/g91_everything.defs", []), ("good/rich.defs", []),
              ("good/a81_alignment.defs", ["-emit-types", "x_types.h"]),
              ("good/a90_system_types.defs", ["-emit-types", "x_types.h"]),
              ("checks/more.defs", ["-emit-types", "x_types.h"]),
              ("runtime/rt.defs", [])]
DISPOSITIONS = {"MACH_MSG_TYPE_MOVE_RECEIVE": 16, "MACH_MSG_TYPE_MOVE_SEND":
                17, "MACH_MSG_TYPE_MOVE_SEND_ONCE": 18,
                "MACH_MSG_TYPE_PORT_RECEIVE": 16,
                "MACH_MSG_TYPE_PORT_SEND": 17,
                "MACH_MSG_TYPE_PORT_SEND_ONCE": 18}
TYPES = {"port": 0, "memory": 1, "ports": 2}


class Message:
    """An honest message, its arrays full or empty, and where to change it."""

    def __init__(self, routine, model, reply, full):
        self.name = "%s %s" % (routine["name"],
                               "reply" if reply else "request")
        self.model = model
        self.full = full
        self.arguments = {a["name"]: a for a in routine["arguments"]}
        self.bytes = bytearray(model["max_size"])
        self.places = set()
        self.end = 0
        bits = 0x80000000 if model["complex"] else 0
        struct.pack_into("<II", self.bytes, 0, bits, model["max_size"])
        struct.pack_into("<i", self.bytes, 20, model["id"])
        if model["complex"]:
            self.word(24, model["descriptors"])
        for member in model["members"]:
            self.member(member)
        if any(m["kind"] == "elements" for m in model["members"]):
            del self.bytes[self.end:]

    def word(self, at, value):
        """A word that is to be changed."""
        struct.pack_into("<I", self.bytes, at, value)
        self.places.add(at)

    def group(self, member):
        """The members that have one count (samecount), its owner first."""
        def counted_by(m):
            return self.arguments[m["argument"]]["count_argument"]
        return [m for m in self.model["members"]
                if m["kind"] not in ("count", "capacity") and
                (m is member or (counted_by(member) is not None and
                                 counted_by(m) == counted_by(member)))]

    def owner(self, member):
        """The member whose count this one has."""
        name = self.arguments[member["argument"]]["count_argument"]
        found = [m for m in self.group(member)
                 if name == m["argument"] + "Cnt"]
        return found[0] if found else member

    def count(self, member):
        """How many elements each of the member's arrays has."""
        owner = self.owner(member)
        layout = self.arguments[owner["argument"]]["layout"]
        limits = [m["limit"] for m in self.group(member) if m.get("limit")]
        count = min(limits) if limits else layout.get("count") or 3
        if self.full or owner["kind"] != "elements":
            return count
        return 1 if layout["kind"] == "string" else 0

    def element(self, member):
        """The type that the member has as often as it repeats."""
        layout = self.arguments[member["argument"]]["layout"]
        if layout["kind"] == "array" and not layout["out_of_line"]:
            return layout["element"]
        return layout

    def descriptor(self, member, at):
        """A right, a range of memory or an array of rights."""
        kind = member["kind"]
        layout = self.element(member)
        right = layout.get("element", layout)
        disposition = DISPOSITIONS.get(right.get("received"), 17)
        if kind == "port":
            struct.pack_into("<IIHBB", self.bytes, at, 5, 0, 0, disposition,
                             TYPES[kind])
            self.places.update(range(at + 8, at + 12))
            return
        if kind == "ports":
            size = self.count(member)
        elif layout["kind"] == "string" or layout["variable"]:
            size = self.count(member) * member["element_size"]
        else:
            size = layout["size"]
        disposition = disposition if kind == "ports" else 0
        struct.pack_into("<QBBBBI", self.bytes, at, 0x1000, 1, 1, disposition,
                         TYPES[kind], size)
        self.places.update(range(at + 8, at + 13))

    def member(self, member):
        """One member of the message's structure."""
        at, size = member["offset"], member["size"]
        argument = self.arguments[member["argument"]]
        if member["moves"]:
            at = (self.end + member["align"] - 1) & -member["align"]
        if member["kind"] == "elements":
            size = self.count(member) * member["element_size"]
        self.end = (at + size + 3) & ~3
        if member["kind"] in TYPES:
            step = size // member["repeat"]
            for i in range(member["repeat"]):
                self.descriptor(member, at + i * step)
            return
        if member["kind"] == "count":
            of = [m for m in self.model["members"]
                  if m["argument"] == member["argument"] and
                  m["kind"] not in ("count", "capacity")][0]
            for i in range(member["repeat"]):
                self.word(at + 4 * i, self.count(of))
            return
        if argument["kind"] == "string":
            self.bytes[at:at + size - 1] = b"x" * (size - 1)
        self.places.update(range(at, at + min(size, 8)))
        self.places.update(range(at + max(size - 4, 0), at + size))


def descriptor_checks(message, member):
    """What must be checked of one descriptor, and of its count."""
    layout = message.element(member)
    right = layout.get("element", layout)
    bounded = message.owner(member) is member and any(
        m.get("limit") for m in message.group(member))
    checks = []
    if member["kind"] == "memory":
        checks = ["range-type"]
        if layout["kind"] == "string":
            checks += ["range-string-bound", "range-string-empty"] \
                if layout["variable"] else ["range-size"]
        elif layout["variable"]:
            checks += ["range-count"]
            checks += ["range-bound"] if bounded else []
        else:
            checks += ["range-size"]
        return checks
    word = "right" if member["kind"] == "port" else "rights"
    checks = [word + "-type"]
    if "POLYMORPHIC" not in right["received"]:
        checks += [word + "-disposition"]
    if member["kind"] == "ports":
        checks += ["rights-count"] if layout["variable"] else \
            ["rights-number"]
        if layout["variable"] and bounded:
            checks += ["rights-bound"]
    return checks


def wanted(message):
    """The checks that a message must have, but for what lies inside it."""
    checks = ["descriptors"] if message.model["complex"] else []
    for member in message.model["members"]:
        argument = message.arguments[member["argument"]]
        if member["kind"] in TYPES:
            checks += descriptor_checks(message, member) * member["repeat"]
        elif member["kind"] == "elements":
            if message.owner(member) is member:
                checks += ["array-bound"]
            checks += ["string-exact"] if argument["kind"] == "string" else []
        elif member["kind"] == "value" and argument["kind"] == "string":
            checks += ["string-within"]
    if any(m["kind"] == "elements" for m in message.model["members"]):
        checks += ["end"]
    return sorted(checks)


def numbered(text, names):
    """The stubs, their checks numbered and told to mig_broke()."""
    parts = FUNCTION.split(text)
    done = parts[0]
    for way, name, body in zip(parts[1::3], parts[2::3], parts[3::3]):
        def number(match):
            names.append("%s-%s:%s" % (name, way.lower(), match.group(2)))
            return "return mig_broke(%du, %s);" % (len(names) - 1,
                                                   match.group(1))
        done += "__Check_%s__%s(" % (way, name) + CHECK.sub(number, body)
    return done


def program(model, stubs, replies):
    """The C program that breaks the checks of one side."""
    names = []
    stubs = numbered(stubs, names)
    text = ("static unsigned broken[%d];\n#define CHECKS %du\n"
            "static int\nmig_broke(unsigned check, int code)\n{\n"
            "    broken[check]++;\n    return code;\n}\n"
            % (max(len(names), 1), len(names)))
    text += "#include <mach/mach.h>\n" + stubs
    text += "static const char *const check_names[] = {\n%s};\n" % "".join(
        '    "%s",\n' % n for n in names or ["none"])
    table = ""
    for i, routine in enumerate(model["routines"]):
        which = "reply" if replies else "request"
        if which not in routine or \
                ("__Check_%s__%s(" % (which.title(), routine["name"])
                 not in stubs):
            continue
        for full in (True, False):
            message = Message(routine, routine[which], replies, full)
            has = sorted(n.split(":")[1] for n in names if n.startswith(
                "%s-%s:" % (routine["name"], which)))
            has = [n for n in has if n != "inside"]
            if has != wanted(message):
                raise ValueError("%s has %s, must have %s" % (
                    message.name, has, wanted(message)))
            n = "%d_%d" % (i, full)
            text += "static const unsigned char bytes_%s[] = {%s};\n" % (
                n, ",".join(str(b) for b in message.bytes))
            text += "static const unsigned places_%s[] = {%s};\n" % (
                n, ",".join(str(p) for p in sorted(message.places) or [24]))
            table += ('    {"%s", __Check_%s__%s, bytes_%s, sizeof(bytes_%s),'
                      "\n     %du, %du, places_%s, sizeof(places_%s) / 4, %d"
                      "},\n" % (message.name, which.title(), routine["name"],
                                n, n, routine[which]["min_size"],
                                routine[which]["max_size"], n, n, replies))
    text += ("static const struct honest {\n    const char *name;\n"
             "    kern_return_t (*check)(const mach_msg_header_t *);\n"
             "    const unsigned char *bytes;\n    unsigned size, least, most;\n"
             "    const unsigned *place;\n    unsigned places;\n"
             "    int reply;\n} messages[] = {\n%s};\n"
             '#include "checks/driver.c"\n' % table)
    return text if table else None


def side(folder, model, source, replies, flags):
    """Builds and runs one side's program: its lines, or what went wrong."""
    with open(os.path.join(folder, source), encoding="utf-8") as f:
        try:
            text = program(model, f.read(), replies)
        except ValueError as wrong:
            return [], str(wrong)
    if text is None:
        return [], ""
    several.write(folder, "program.c", text)
    for command in (COMPILE + flags + ["-w", "-o", "program", "program.c"],
                    ["./program"]):
        done = subprocess.run(command, cwd=folder, text=True, check=False,
                              stdout=subprocess.PIPE, timeout=250,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            return [], done.stdout[:3000] or "died"
    return done.stdout.splitlines(), ""


def one(mig, path, words, seen):
    """The checks of one interface; (broken, unbroken)."""
    name = os.path.relpath(path, TOP)
    count = [0, 0]
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(
            [mig, "-w", "-ir", "x.json", "-user", "x_user.c", "-header",
             "x.h", "-server", "x_server.c", "-sheader", "x_server.h"] +
            words + several.INCLUDES + [path], cwd=folder, text=True,
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode != 0:
            tap.check(False, "%s generates" % name, made.stdout)
            return count
        with open(os.path.join(folder, "x.json"), encoding="utf-8") as f:
            model = json.load(f)
        for source, replies in (("x_server.c", False), ("x_user.c", True)):
            lines, wrong = side(folder, model, source, replies,
                                GOOD_TYPES if "/good/" in path else [])
            left = [w[0] for w in map(str.split, lines) if w[1] == "UNBROKEN"]
            done = [w[0] for w in map(str.split, lines) if w[1] == "broken"]
            seen.update(w.split(":")[1] for w in done)
            count[0] += len(done)
            count[1] += len(left)
            tap.check(not wrong and not left,
                      "%s: every check of its %s refuses a message" %
                      (name, "replies" if replies else "requests"),
                      wrong + "\n".join(left))
    return count


def names_of_generator():
    """The names of checks that the generator can emit."""
    with open(os.path.join(TOP, "tools", "mig", "emit_check.c"),
              encoding="utf-8") as f:
        return set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', f.read()))


def main():
    """Runs everything."""
    words = sys.argv[1:]
    everything = "-a" in words
    words = [w for w in words if w != "-a"]
    sys.argv[1:] = words
    mig = several.mig_path()
    seen = set()
    total = [0, 0]
    jobs = [(os.path.join(HERE, p), w) for p, w in INTERFACES]
    if everything:
        jobs += [(p, [] if p.endswith("posix/io.defs") else
                  ["-emit-types", "x_types.h"])
                 for p in several.interfaces()]
    for path, words in jobs:
        done = one(mig, path, words, seen)
        total = [a + b for a, b in zip(total, done)]
    left = names_of_generator() - seen
    tap.check(len(seen) > 10 and not left,
              "every kind of check was broken", " ".join(sorted(left)))
    print("# %d of %d checks broken, %d kinds" % (total[0], sum(total),
                                                  len(seen)))
    tap.done()


if __name__ == "__main__":
    main()
