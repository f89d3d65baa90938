# SPDX-License-Identifier: BSD-2-Clause
"""polymach report: measure, and write one file of HTML that needs no network.

The results are those of `polymach bench`, with classes of instructions added
to the rows of TRACED.  --json keeps them; --results makes the report of a file
that was kept.
"""

import argparse
import os

import bench
import bench_trace
import report_data
import report_docs
import report_sections
from bench_table import progress
from errors import Failure

# Rows of which the report shows where their instructions go.
TRACED = ("l4_rt_0", "l4_rt_4", "mach_rt", "mach_rt_4k", "mig_rt",
          "mach_rt_port", "mach_rt_pset", "mach_rt_slow", "kern_rpc",
          "futex_rt", "exc_rt", "mach_rt_ool4k", "l4_mig_rt", "l4_rt_map")


def add_classes(results, timeout):
    """Trace the rows of TRACED that were measured."""
    for record in results:
        if record["name"] in TRACED and record["value"] is not None:
            progress("instructions of " + record["name"])
            trace = bench_trace.Trace(record["name"], timeout)
            record["classes"] = {name: round(count, 1) for name, count
                                 in trace.classes().items() if count}
            record["functions"] = [
                (round(count, 1), kind, name)
                for count, kind, name in trace.functions() if count >= 1]


def measure(options):
    """Everything, or --only of it; {"meta", "results"}."""
    results, version = [], None
    kinds = [options.only, "floods"] if options.only \
        else ["ipc", "posix", "floods"]
    for only in kinds:
        asked = argparse.Namespace(
            only=only, row=[], accel=None, no_peers=options.no_peers,
            mem=512, timeout=options.timeout)
        suites, about = bench.measure(asked)
        version = version or about["linux"]
        for suite in suites:
            results += suite.records()
    add_classes(results, options.timeout)
    about["linux"] = version
    return {"meta": about, "results": results}


def run(options):
    """Write the report; 0."""
    if options.results:
        data = report_data.Data.read(options.results)
    else:
        content = measure(options)
        if options.json:
            bench.write_json(options.json, content["meta"],
                             content["results"])
        data = report_data.Data(content)
    if options.docs:
        print("docs/: %s" % (", ".join(report_docs.write(data)) or
                             "nothing changed"))
    text = report_sections.page(data)
    folder = os.path.dirname(os.path.abspath(options.output))
    if not os.path.isdir(folder):
        raise Failure("there is no folder %s" % folder, 2)
    with open(options.output, "w", encoding="utf-8") as stream:
        stream.write(text)
    print("%s: %d rows, %d kB, nothing to load from elsewhere"
          % (options.output, len(data.results), len(text.encode()) // 1000))
    return 0
