# SPDX-License-Identifier: BSD-2-Clause
"""The results as the report asks for them."""

import json

import bench_posix
import report_text
from errors import Failure


class Data:
    """What a JSON file of the benchmarks holds."""

    def __init__(self, content):
        try:
            self.meta = content["meta"]
            self.results = content["results"]
            self.rows = {r["name"]: r for r in self.results
                         if r["layout"] == "none"}
        except (KeyError, TypeError) as error:
            raise Failure("not a file of results (%s)" % error) from None

    @classmethod
    def read(cls, path):
        """From a file."""
        with open(path, encoding="utf-8") as stream:
            try:
                return cls(json.load(stream))
            except ValueError as error:
                raise Failure("%s: %s" % (path, error)) from None

    def value(self, name):
        """A row's figure, or None."""
        return self.rows.get(name, {}).get("value")

    def peer(self, name, peer):
        """A peer's figure for a row, or None."""
        return self.rows.get(name, {}).get("peers", {}).get(peer)

    def described(self):
        """The rows of the table, in the order they were measured."""
        return [r for name, r in self.rows.items()
                if name in report_text.ROWS]

    def series(self, name):
        """(bytes, instructions) of a sweep."""
        return [(r["bytes"], r["value"]) for r in self.results
                if r.get("series") == name and r["value"] is not None]

    def peer_series(self, name, peer):
        """The same of a peer."""
        return [(r["bytes"], r["peers"][peer]) for r in self.results
                if r.get("series") == name and r["peers"].get(peer)]

    def queued(self):
        """(clients, instructions)."""
        found = [(int(name[len("queued_"):]), r["value"])
                 for name, r in self.rows.items()
                 if name.startswith("queued_") and r["value"] is not None]
        if self.value("mach_rt_queued") is not None:
            found.append((64, self.value("mach_rt_queued")))
        return sorted(found)

    def traced(self):
        """Rows of which it is known where their instructions go."""
        return [r for r in self.rows.values() if r.get("classes")]

    def floods(self):
        """Rows about interrupts."""
        return [r for name, r in self.rows.items()
                if name.startswith("irq_off_")]

    def lines(self):
        """(folder, lines of source)."""
        return [(name[len("lines_"):], r["value"])
                for name, r in self.rows.items() if name.startswith("lines_")]

    def posix(self):
        """Rows of the POSIX benchmark: name, {form: record}."""
        found = {}
        for record in self.results:
            for form, where in bench_posix.SYSTEMS.items():
                if where == (record["layout"], record["ipc"]):
                    found.setdefault(record["name"], {})[form] = record
        return found
