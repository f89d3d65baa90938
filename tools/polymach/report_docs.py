# SPDX-License-Identifier: BSD-2-Clause
"""The tables in docs/, written from the same results as the report.

A document has `<!-- table NAME -->` and `<!-- end -->`; what stands between is
replaced.  TABLES has the names.
"""

import os
import re

import bench_posix
import places
import report_text as text

MARKED = re.compile(r"(<!-- table ([a-z]+) -->\n).*?(<!-- end -->)",
                    re.DOTALL)


def plain(value):
    """A figure, or nothing."""
    return "" if value is None else "%d" % round(value)


def table(heads, rows, first_left=1):
    """Lines of Markdown."""
    marks = ["---" if i < first_left else "--:" for i in range(len(heads))]
    return "".join("| %s |\n" % " | ".join(cells)
                   for cells in [heads, marks, *rows])


def meta(data):
    """What it was measured with."""
    return "".join("- %s: %s\n" % (label, data.meta.get(key, "unknown"))
                   for label, key in (("commit", "commit"), ("date", "date"),
                                      ("QEMU", "qemu"), ("Linux", "linux")))


def rows(data):
    """Each row of the IPC benchmark."""
    lines = []
    for r in data.described():
        goal = r.get("goal") or {}
        wall = r.get("wall_ns")
        others = ", ".join("%s %d" % (text.PEERS.get(n, n), v)
                           for n, v in r["peers"].items() if v is not None)
        lines.append(["`%s`" % r["name"], text.ROWS[r["name"]],
                      plain(r["value"]), "%.2f" % (r.get("cr3_loads") or 0),
                      "" if wall is None else "%.1f" % (wall / 1000),
                      plain(goal.get("target")), plain(goal.get("stretch")),
                      others])
    return table(["row", "what", "instructions", "CR3 loads", "µs", "goal",
                  "stretch", "others"], lines, 2)


def classes(data):
    """Where the instructions of some rows go."""
    traced = data.traced()
    used = [name for name, _ in text.CLASSES
            if any(name in r["classes"] for r in traced)]
    lines = [["`%s`" % r["name"], plain(sum(r["classes"].values()))] +
             [plain(r["classes"].get(name)) for name in used] for r in traced]
    return table(["row", "all", *used], lines)


def functions(data):
    """The functions of mach_rt."""
    lines = [[name, kind, "%.0f" % count] for count, kind, name in
             data.rows.get("mach_rt", {}).get("functions", [])
             if count >= 6]
    return table(["function", "class", "instructions"], lines, 2)


def sweep(data):
    """Instructions by size of the request."""
    series = {name: dict(data.series(name)) for name in (
        "inline", "ool", "shared", "l4_inline", "l4_map", "l4_shared")}
    series = {name: found for name, found in series.items() if found}
    sizes = sorted({size for found in series.values() for size in found})
    return table(["bytes", *("`%s`" % name for name in series)],
                 [["%d" % size, *(plain(found.get(size))
                                  for found in series.values())]
                  for size in sizes])


def floods(data):
    """Longest stretches."""
    return table(["row", "mostly in", "instructions"], [
        ["`%s`" % r["name"],
         ", ".join("%s %d" % item for item in list(r["where"].items())[:3]),
         plain(r["value"])] for r in data.floods()], 2)


def size(data):
    """The kernel's text and lines."""
    return table(["", "bytes or lines"], [
        ["text", plain(data.value("kernel_text"))],
        *(["lines of %s" % name, plain(value)]
          for name, value in data.lines() if value)])


def posix(data):
    """The Linux program."""
    lines = []
    forms = list(bench_posix.SYSTEMS)
    for name, found in data.posix().items():
        some = next(iter(found.values()))
        columns = [found.get(form, {}) for form in forms]
        wall = [r.get("wall_ns") for r in columns] + \
            [some.get("peers_wall_ns", {}).get("linux")]
        lines.append([name, *(plain(r.get("value")) for r in columns),
                      plain(some["peers"].get("linux")),
                      *("" if t is None else "%.1f" % (t / 1000)
                        for t in wall)])
    heads = [*forms, "Linux"]
    return table(["row", *heads, *(head + ", µs" for head in heads)], lines)


TABLES = {"meta": meta, "rows": rows, "classes": classes,
          "functions": functions, "sweep": sweep, "floods": floods,
          "size": size, "posix": posix}


def update(content, data):
    """A document with its tables replaced; one without data stays."""
    def replaced(match):
        made = TABLES[match.group(2)](data)
        empty = match.group(2) != "meta" and made.count("\n") <= 2
        return match.group(0) if empty else \
            match.group(1) + made + match.group(3)

    return MARKED.sub(replaced, content)


def write(data):
    """Replace the tables of all documents; the names of those that changed."""
    folder = os.path.join(places.SOURCE, "docs")
    changed = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not name.endswith(".md"):
            continue
        with open(path, encoding="utf-8") as stream:
            before = stream.read()
        after = update(before, data)
        if after != before:
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(after)
            changed.append(name)
    return changed
