# SPDX-License-Identifier: BSD-2-Clause
"""`polymach bench --only ipc`: traps, messages and faults, beside what other
systems take."""

import bench_goals
import bench_ipc
import bench_peers
import bench_posix
from bench_table import accels, cell, progress

SHOWN_PEERS = ("sel4", "gnumach", "linux", "linux_pipe", "linux_unix",
               "linux_futex")


class Suite:
    """The rows of bench/ipc."""

    def __init__(self, options):
        self.names = bench_ipc.row_names(options.row)
        self.counted = self.timed = bench_posix.Figures()
        self.loads = {}
        progress("ipc")
        if "icount" in accels(options):
            self.counted, self.loads = bench_ipc.measure(options, "icount",
                                                         self.names)
        if "tcg" in accels(options):
            self.timed, _ = bench_ipc.measure(options, "tcg", self.names)
        self.peers = bench_peers.Peers()
        if not options.no_peers:
            progress("Linux")
            self.peers.measure(options, accels(options))
        self.linux = self.peers.version

    def record(self, name):
        """One row, as JSON has it."""
        found = {
            "name": name, "value": self.counted.values.get(name),
            "unit": "instructions", "layout": "none",
            "ipc": bench_ipc.binding(name),
            "cr3_loads": self.loads.get(name),
            "wall_ns": self.timed.values.get(name),
            "peers": self.peers.counted.get(name, {}),
            "peers_wall_ns": self.peers.timed.get(name, {}),
        }
        target, stretch = bench_goals.GOALS.get(name, (None, None))
        if target:
            found["goal"] = {"target": target, "stretch": stretch}
        sized = bench_ipc.sweep(name)
        if sized:
            found["series"], found["bytes"] = sized
        reason = self.counted.errors.get(name) or self.timed.errors.get(name)
        if reason:
            found["errors"] = {"polymach": reason}
        return found

    def records(self):
        """What JSON gets."""
        return [self.record(name) for name in self.names]

    def show(self):
        """The table."""
        records = self.records()
        peers = [p for p in SHOWN_PEERS if any(p in r["peers"]
                                               for r in records)]
        print("%-20s%11s%11s%11s%s" % (
            "row", "instr.", "CR3 loads", "ns",
            "".join("%12s" % peer for peer in peers)))
        for record in records:
            known = record["peers"]
            missing = "failed" if "errors" in record else ""
            print("%-20s%s%11s%s%s" % (
                record["name"], cell(record["value"], missing=missing),
                "" if record["cr3_loads"] is None
                else "%.2f" % record["cr3_loads"],
                cell(record["wall_ns"], missing=missing),
                "".join("%12s" % known.get(peer, "") for peer in peers)))
            for reason in record.get("errors", {}).values():
                print("failed: %s: %s" % (record["name"], reason))
