#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 200
"""The generator's other outputs, and how outputs are written: prints TAP.

    outputs.py [MIG]      (or BUILD=the build folder in the environment)

-ir: valid, complete, and its offsets are those of the C structures; layout
asserts; -doc: docs/reference is up to date; -skeleton: compiles; outputs are
the same bytes each time, and a run that fails leaves the old ones alone.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import several
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = several.TOP
INCLUDES = several.INCLUDES + [
    "-I" + os.path.join(TOP, "libmach", "include"),
    "-I" + os.path.join(HERE, "include")]
COMPILE = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-c", "-o",
           "/dev/null", "-I."] + INCLUDES
GOOD_TYPES = ["-include", os.path.join(HERE, "include", "good_types.h")]
ALL_OUTPUTS = ["-header", "-user", "-sheader", "-server", "-direct",
               "-replies", "-repliesheader", "-dheader", "-ir", "-doc",
               "-skeleton"]
OWNERS = {None, "none", "value", "kept", "given", "chosen", "received",
          "lent", "owned", "deferred"}
ROUTINE_KEYS = {"name", "simple", "may_defer", "user", "server",
                "request_port", "reply_port", "server_reply_port", "comment",
                "arguments", "request"}
ARGUMENT_KEYS = {"name", "direction", "type", "kind", "out_of_line",
                 "variable", "size", "limit", "flags", "count_argument",
                 "user_type", "server_type", "ownership", "comment", "layout"}
MEMBER_KEYS = {"name", "kind", "argument", "offset", "size", "align", "moves"}
SAMPLE = os.path.join(HERE, "good", "rich.defs")


def compiles(folder, text, *flags):
    """Compile some C; what the compiler says, empty when it is content."""
    path = several.write(folder, "checked.c", text)
    done = subprocess.run(COMPILE + list(flags) + [path], cwd=folder,
                          text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    return "" if done.returncode == 0 else done.stdout or "failed"


def messages(model):
    """(structure, message) of all messages of a model."""
    for routine in model["routines"]:
        yield "__Request__%s_t" % routine["name"], routine["request"]
        if not routine["simple"]:
            yield "__Reply__%s_t" % routine["name"], routine["reply"]


def shape_faults(model):
    """What a model lacks or contradicts itself in."""
    if model["format"] != 1:
        yield "format %r" % model["format"]
    for routine in model["routines"]:
        if ROUTINE_KEYS - set(routine):
            yield "%s lacks %s" % (routine["name"],
                                   ROUTINE_KEYS - set(routine))
        if not routine["simple"] and routine["reply"]["id"] != \
                routine["request"]["id"] + model["reply_distance"]:
            yield "%s: reply id" % routine["name"]
        for argument in routine["arguments"]:
            if ARGUMENT_KEYS - set(argument):
                yield "%s lacks %s" % (argument["name"],
                                       ARGUMENT_KEYS - set(argument))
            if set(argument["ownership"].values()) - OWNERS:
                yield "%s: ownership" % argument["name"]
    for name, message in messages(model):
        end = message["body"] + 8
        if message["min_size"] > message["max_size"]:
            yield name + ": sizes"
        for member in message["members"]:
            if MEMBER_KEYS - set(member):
                yield "%s lacks %s" % (name, MEMBER_KEYS - set(member))
            end = max(end, member["offset"] + member["size"])
        if end > message["max_size"]:
            yield "%s: members end at %d" % (name, end)


def layout_asserts(model):
    """C that asserts that the structures are as the model says."""
    for name, message in messages(model):
        yield "_Static_assert(offsetof(%s, NDR) == %d, \"body\");\n" % (
            name, message["body"])
        for member in message["members"]:
            if member["size"] != 0:
                yield ("_Static_assert(offsetof(%s, %s) == %d && "
                       "sizeof(((%s *)0)->%s) == %d, \"place\");\n" % (
                           name, member["name"], member["offset"], name,
                           member["name"], member["size"]))


def test_model(folder, path):
    """-ir of one interface."""
    name = os.path.basename(path)
    model_path = os.path.join(folder, "m.json")
    # Inputs called a... have no header for their types.
    types = ["-emit-types", os.path.join(folder, "m_types.h")] \
        if name.startswith("a") else []
    status, said = several.run(
        "-w", *INCLUDES, *types, "-ir", model_path, "-user",
        os.path.join(folder, "m_user.c"), "-header",
        os.path.join(folder, "m.h"), path)
    if not tap.check(status == 0, "-ir: %s" % name, said):
        return
    with open(model_path, encoding="utf-8") as stream:
        model = json.load(stream)
    faults = list(shape_faults(model))
    tap.check(not faults, "-ir: %s is complete" % name, "\n".join(faults))
    said = compiles(folder, "#include <stddef.h>\n#include \"m_user.c\"\n" +
                    "".join(layout_asserts(model)),
                    *([] if types else GOOD_TYPES))
    tap.check(not said, "-ir: %s has the places of C" % name, said)
    with open(os.path.join(folder, "m_user.c"), encoding="utf-8") as stream:
        text = stream.read()
    missing = [member["name"] for struct, message in messages(model)
               for member in message["members"] if member["size"] != 0 and
               "MIG_ASSERT_MEMBER(%s, %s, " % (struct, member["name"])
               not in text]
    missing += [struct for struct, _ in messages(model)
                if "MIG_ASSERT(sizeof(%s) " % struct not in text]
    tap.check(not missing, "every member of %s is asserted" % name,
              " ".join(missing))


def test_asserts(folder):
    """A C type that is not what the interface says does not compile."""
    for name, declaration, use in [
            ("in line", "type thing_t = struct[3] of uint32_t;", "thing_t"),
            ("an element in line", "type e_t = uint32_t;\n"
             "type thing_t = array[*:4] of e_t;", "thing_t"),
            ("an element out of line", "type e_t = uint32_t;\n"
             "type thing_t = ^array[] of e_t;", "thing_t")]:
        defs = several.write(folder, "a.defs", "subsystem a 100;\n"
                             "type p_t = MACH_MSG_TYPE_COPY_SEND ctype: "
                             "mach_port_t;\n%s\nroutine r(p: p_t; x: %s);\n"
                             % (declaration, use))
        several.run("-user", os.path.join(folder, "a_user.c"), "-header",
                    os.path.join(folder, "a.h"), "-sheader",
                    os.path.join(folder, "a_server.h"), "-server",
                    os.path.join(folder, "a_server.c"), defs)
        for side in ("user", "server"):
            for right in (True, False):
                extra = "" if right else "uint32_t extra; "
                text = ("#include <stdint.h>\n"
                        "typedef struct { uint32_t a[3]; %s} thing_t;\n"
                        "typedef struct { uint32_t a; %s} e_t;\n"
                        "#include \"a_%s.c\"\n" % (extra, extra, side))
                said = compiles(folder, text)
                tap.check(not said if right else "assert" in said,
                          "asserted: %s, %s side, %s" %
                          (name, side, "right" if right else "wrong"), said)


PAGE = """/* SPDX-License-Identifier: BSD-2-Clause */
/* A shop & <more>. */
subsystem shop 4000;
ownership take;
type span_t = uint64_t; /* bytes */
type port_t = MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t;
type gift_t = MACH_MSG_TYPE_MOVE_SEND ctype: mach_port_t;
type data_t = ^array[] of uint32_t;
/* Not about buy. */

routine buy(shop: port_t; size: span_t; right: gift_t;
    out data: data_t, dealloc);
/*
 * Sells. Errors:
 *  - KERN_NO_SPACE: full
 */
simpleroutine sell(shop: port_t; what: port_t);
routine ask(shop: port_t; sreplyport reply: MACH_MSG_TYPE_MAKE_SEND_ONCE
    ctype: mach_port_t; out name: c_string[*:64]); /* Later. */
"""
PAGE_LINES = [
    "A shop & &lt;more>.",
    "| 4001 | [sell](#sell) | Sells |",
    "| 4000 | [buy](#buy) |  |",
    "| 4002 | [ask](#ask) | Later |",
    "| `size` | in | `span_t` | 64-bit number: bytes |  |",
    "| `right` | in | `gift_t` | send right | goes with the request; "
    "server: lent |",
    "| `data` | out | `data_t` | `dataCnt` elements of 4 bytes, out of line "
    "| the caller's; goes with the reply |",
    "| `what` | in | `port_t` | send right | the caller keeps its own; "
    "server: lent |",
    " - KERN_NO_SPACE: full",
    "Request 4001 (48 bytes); there is no reply: the call returns when the "
    "request is queued.",
    "| `reply` | server only |  | send-once right | server: its own with "
    "`MIG_NO_REPLY` |",
    "| `name` | out |  | string, at most 64 bytes with its NUL |  |",
]


def test_page(folder):
    """A page says what the interface and its comments say."""
    path = os.path.join(folder, "shop.md")
    said = several.run("-doc", path, several.write(folder, "shop.defs",
                                                   PAGE))[1]
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    lines = text.split("\n")
    for wanted in PAGE_LINES:
        tap.check(wanted in lines, "-doc: " + wanted, said + text)
    tap.check("Not about buy" not in text, "-doc: comments of others", text)


def test_pages():
    """docs/reference is what the interfaces say."""
    done = subprocess.run(
        [os.path.join(TOP, "tools", "mig", "reference.py"), "--mig",
         several.mig_path(), "--source", TOP, "--check"], text=True,
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    tap.check(done.returncode == 0, "docs/reference is up to date",
              done.stdout)


def test_skeletons(folder):
    """The skeletons of interfaces whose headers are all in libmach."""
    for path in several.interfaces() + [SAMPLE]:
        with open(path, encoding="utf-8") as stream:
            if re.search(r"simport <(?!server/object)", stream.read()):
                continue
        name = os.path.basename(path)
        several.run("-w", "-sprefix", "S_", *INCLUDES, "-sheader",
                    os.path.join(folder, "s_server.h"), "-skeleton",
                    os.path.join(folder, "s_main.c"), path)
        said = compiles(folder, "#include \"s_main.c\"\n", *GOOD_TYPES)
        tap.check(not said, "-skeleton: %s compiles" % name, said)


def contents(folder):
    """{name: bytes} of a folder."""
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as stream:
            found[name] = stream.read()
    return found


def outputs(folder):
    """Options that write every output into a folder."""
    words = []
    for option in ALL_OUTPUTS:
        words += [option, os.path.join(folder, "out" + option)]
    return words


def test_same_bytes(folder):
    """Another folder, another working folder, another time: same bytes."""
    found = []
    for number, place in enumerate(("/", folder)):
        where = os.path.join(folder, "same%d" % number)
        os.mkdir(where)
        words = [several.mig_path(), "-w"] + outputs(where) + [SAMPLE]
        subprocess.run(words, cwd=place, check=True,
                       env=dict(os.environ, TZ="UTC+%d" % number,
                                LC_ALL="C"))
        found.append(contents(where))
    tap.check(len(found[0]) == len(ALL_OUTPUTS) and all(found[0].values()),
              "every output is written", sorted(found[0]))
    differ = [n for n in found[0] if found[0][n] != found[1].get(n)]
    tap.check(not differ, "outputs are the same bytes each time",
              " ".join(differ))


def test_atomic(folder):
    """A run that fails leaves the old outputs, and nothing else."""
    where = os.path.join(folder, "kept")
    os.mkdir(where)
    subprocess.run([several.mig_path(), "-w"] + outputs(where) + [SAMPLE],
                   check=True)
    before = contents(where)
    bad = several.write(folder, "bad.defs", several.BASE + "routine r(p: q);")
    status, said = several.run(*outputs(where), bad)
    tap.check(status == 1 and contents(where) == before,
              "an error in the input leaves the old outputs", said)
    status, said = several.run(*outputs(where), "-ir",
                               os.path.join(folder, "no", "where"), SAMPLE)
    tap.check(status == 1 and contents(where) == before,
              "an output that cannot be written leaves the others", said)
    status, said = several.run(*outputs(where),
                               os.path.join(folder, "missing.defs"))
    tap.check(status == 1 and contents(where) == before,
              "a missing input leaves the old outputs", said)
    status, said = several.run("-cpp", "false", *outputs(where), SAMPLE)
    tap.check(status == 1 and contents(where) == before,
              "a preprocessor that fails leaves the old outputs", said)


def test_in_place(folder):
    """An output that is no file is written to, not replaced."""
    where = os.path.join(folder, "links")
    os.mkdir(where)
    link, target = os.path.join(where, "link"), os.path.join(where, "file")
    os.symlink("file", link)
    status, said = several.run("-user", "/dev/null", "-server", "/dev/null",
                               "-header", link, SAMPLE)
    tap.check(status == 0 and os.path.islink(link) and
              os.path.getsize(target) > 0 and not os.path.isfile("/dev/null"),
              "a link is written through, a device is left one", said)


def main():
    """Runs everything."""
    with tempfile.TemporaryDirectory() as folder:
        good = os.path.join(HERE, "good")
        paths = [os.path.join(good, n) for n in sorted(os.listdir(good))
                 if n.endswith(".defs")]
        for path in paths + several.interfaces():
            test_model(folder, path)
        test_asserts(folder)
        test_page(folder)
        test_pages()
        test_skeletons(folder)
        test_same_bytes(folder)
        test_atomic(folder)
        test_in_place(folder)
    tap.done()


if __name__ == "__main__":
    main()
