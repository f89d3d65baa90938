#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# layouts: none
"""polymach report: one file of HTML with plots that needs nothing else; the
tables of docs/."""

import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

sys.path.insert(0, os.path.join(os.environ["SOURCE"], "tools", "polymach"))

import report_data  # noqa: E402
import report_docs  # noqa: E402

OPEN = ("meta", "br", "img")


class Reader(html.parser.HTMLParser):
    """What is in a page, and whether its tags nest."""

    def __init__(self):
        super().__init__()
        self.stack, self.wrong, self.images, self.links = [], [], [], []
        self.ids = set()
        self.figures = 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        self.figures += tag == "figure"
        if tag == "img":
            self.images.append(attrs["src"])
        if "href" in attrs:
            self.links.append(attrs["href"])
        if tag not in OPEN:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)


def record(name, value, **more):
    """A record as the benchmarks write it."""
    return dict({"name": name, "value": value, "unit": "instructions",
                 "layout": "none", "ipc": "mach", "cr3_loads": 2.0,
                 "wall_ns": 1000, "peers": {}}, **more)


def results():
    """A bit of everything."""
    found = [
        record("mach_rt", 1200, peers={"gnumach": 1813, "linux_pipe": 10400},
               goal={"target": 560, "stretch": 450},
               classes={"user": 75.0, "checks": 1125.0},
               functions=[[1125.0, "checks", "mach_msg_<fast>"]]),
        record("mach_rt_slow", 5000, classes={"checks": 5000.0}),
        record("futex_rt", None, errors={"polymach": "it failed"}),
        record("queued_1", 1300), record("queued_64", 1400),
        record("irq_off_pages", 30000, where={"pmap_walk": 20000}),
        record("kernel_text", 190000, unit="bytes"),
        record("lines_ipc", 7000, unit="lines"),
        record("lines_kernel", 7000, unit="lines"),
        record("stat", 6000, layout="single", peers={"linux": 3500},
               peers_wall_ns={"linux": 900}),
    ]
    found += [record("inline_%d" % size, 1000 + size, series="inline",
                     bytes=size) for size in (0, 64, 256)]
    return {"meta": {"commit": "c0ffee & more", "date": "2026-01-01",
                     "sources": {"gnumach": "measured once"}},
            "results": found}


def report(*options):
    """Run it; (status, output)."""
    ended = subprocess.run(
        [os.environ["POLYMACH"], "report", *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=300)
    return ended.returncode, ended.stdout


def test_page(folder):
    """The page of some results."""
    kept, page = (os.path.join(folder, name) for name in ("kept", "page"))
    with open(kept, "w", encoding="utf-8") as stream:
        json.dump(results(), stream)
    status, out = report("--results", kept, "--output", page)
    tap.check(status == 0 and "13 rows" in out, "a report", (status, out))
    with open(page, encoding="utf-8") as stream:
        text = stream.read()
    reader = Reader()
    reader.feed(text)
    tap.check(not reader.wrong and not reader.stack, "its tags nest",
              (reader.wrong, reader.stack))
    tap.check(reader.figures == 7 and len(reader.images) == 7 and all(
        i.startswith("data:image/svg+xml;base64,") for i in reader.images),
        "seven plots, in the page", [i[:40] for i in reader.images])
    tap.check(reader.links and all(
        link[0] == "#" and link[1:] in reader.ids for link in reader.links) and
        not re.search(r"https?://|<script|@import|url\(", text),
        "nothing is loaded from elsewhere", reader.links)
    tap.check(all(word in text for word in (
        "c0ffee &amp; more", "1\u2009200", "1\u2009813", "measured once",
        "mach_rt_slow", "pmap_walk")), "its figures and sources")


def test_docs():
    """Tables between marks, and only those."""
    data = report_data.Data(results())
    text = "a\n<!-- table rows -->\nold\n<!-- end -->\nb\n" \
        "<!-- table sweep -->\n<!-- end -->\n"
    made = report_docs.update(text, data)
    tap.check(made.startswith("a\n<!-- table rows -->\n| row") and
              "old" not in made and "GNU Mach 1813" in made and
              "| 256 | 1256 |\n<!-- end -->" in made, "tables", made)
    tap.same(report_docs.update(made, data), made, "again, the same")
    tap.same(report_docs.update(text, report_data.Data(
        {"meta": {}, "results": []})), text, "no data, no change")
    for name in report_docs.TABLES:
        tap.check(report_docs.TABLES[name](data).endswith("\n"),
                  "table " + name)


def test_errors(folder):
    """Files that can't be read or written."""
    empty = os.path.join(folder, "empty")
    with open(empty, "w", encoding="utf-8") as stream:
        stream.write("{}")
    status, out = report("--results", empty, "--output", "/dev/null")
    tap.check(status == 125 and "results" in out, "no results", out)
    status, out = report("--results", "/nonesuch", "--output", "/dev/null")
    tap.check(status == 125 and "nonesuch" in out, "no such file", out)


def main():
    """All of it."""
    test_docs()
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("gnuplot"):
            test_page(folder)
        else:
            tap.skip("the page", "no gnuplot (Debian: gnuplot-nox)")
        test_errors(folder)
    tap.done()


if __name__ == "__main__":
    main()
